// SPDX-License-Identifier: Apache-2.0
#include "scheduler/pick.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace virga::scheduler {
namespace {

HostCapacity host(const std::string& name, std::int64_t used_memory = 0) {
  HostCapacity h;
  h.id = "id-of-" + name;
  h.name = name;
  h.total_vcpus = 8;
  h.total_memory_mib = 8192;
  h.total_disk_gib = 100;
  h.used_memory_mib = used_memory;
  return h;
}

constexpr PlacementRequest kSmall{1, 512, 10};

std::int64_t refused(const Decision& d, const std::string& filter) {
  for (const auto& f : d.filters)
    if (filter == f.filter) return f.refused;
  ADD_FAILURE() << "no filter " << filter;
  return -1;
}

TEST(Pick, NoHostsMeanNoHost) {
  const Decision d = pick(kSmall, {});
  EXPECT_FALSE(d.host);
  EXPECT_EQ(d.explanation(), "0 hosts");
}

TEST(Pick, AHostThatFitsExactlyIsTaken) {
  EXPECT_TRUE(pick({8, 8192, 100}, {host("a")}).host);
  EXPECT_FALSE(pick({9, 8192, 100}, {host("a")}).host);
  EXPECT_FALSE(pick({8, 8193, 100}, {host("a")}).host);
  EXPECT_FALSE(pick({8, 8192, 101}, {host("a")}).host);
}

TEST(Pick, EachFilterCountsWhatItRefuses) {
  auto disabled = host("a");
  disabled.enabled = false;
  auto down = host("b");
  down.up = false;
  auto no_cpu = host("c");
  no_cpu.used_vcpus = 8;
  auto no_memory = host("d", 8000);
  auto no_disk = host("e");
  no_disk.used_disk_gib = 95;
  const Decision d = pick(kSmall, {disabled, down, no_cpu, no_memory, no_disk});
  EXPECT_FALSE(d.host);
  EXPECT_EQ(d.considered, 5);
  EXPECT_EQ(refused(d, "ComputeFilter"), 2);
  EXPECT_EQ(refused(d, "CoreFilter"), 1);
  EXPECT_EQ(refused(d, "RamFilter"), 1);
  EXPECT_EQ(refused(d, "DiskFilter"), 1);
  EXPECT_EQ(d.explanation(),
            "5 hosts: ComputeFilter refused 2, CoreFilter refused 1, RamFilter refused 1, "
            "DiskFilter refused 1");
}

TEST(Pick, AHostIsCountedByTheFirstFilterThatRefusesIt) {
  auto full = host("a", 8192);
  full.used_vcpus = 8;
  const Decision d = pick(kSmall, {full});
  EXPECT_EQ(d.explanation(), "1 host: CoreFilter refused 1");
}

TEST(Pick, ZeroTotalsNeverFitAnything) {
  HostCapacity empty;
  empty.name = "new";
  EXPECT_FALSE(pick(kSmall, {empty}).host);
}

TEST(Pick, TheFullestHostWithRoomIsTaken) {
  const Decision d =
      pick(kSmall, {host("a", 1024), host("b", 4096), host("c", 2048), host("d", 8000)});
  ASSERT_TRUE(d.host);
  EXPECT_EQ(d.host->name, "b");
  EXPECT_EQ(d.explanation(), "4 hosts: RamFilter refused 1");
}

TEST(Pick, EqualHostsAreTakenByName) {
  EXPECT_EQ(pick(kSmall, {host("b"), host("a"), host("c")}).host->name, "a");
}

TEST(Pick, PackingLeavesRoomForALargeRequest) {
  std::vector<HostCapacity> hosts{host("a"), host("b")};
  for (int n = 0; n < 8; ++n) {
    const auto chosen = pick({1, 1024, 1}, hosts).host;
    ASSERT_TRUE(chosen);
    for (auto& h : hosts)
      if (h.id == chosen->id) {
        h.used_vcpus += 1;
        h.used_memory_mib += 1024;
      }
  }
  EXPECT_TRUE(pick({8, 8192, 1}, hosts).host) << "one host is still empty";
}

/// One random cloud, filled until some requests find no room.
void fill_one_cloud(std::mt19937& random) {
  const auto number = [&](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random);
  };
  std::vector<HostCapacity> hosts;
  for (std::int64_t n = number(1, 12); n > 0; --n) {
    auto h = host("h" + std::to_string(n));
    h.enabled = number(0, 9) != 0;
    h.up = number(0, 9) != 0;
    h.total_vcpus = number(0, 64);
    h.total_memory_mib = number(0, 65536);
    h.total_disk_gib = number(0, 2000);
    hosts.push_back(h);
  }
  for (int n = 0; n < 150; ++n) {
    const PlacementRequest r{number(1, 8), number(1, 8192), number(0, 200)};
    const Decision d = pick(r, hosts);
    const auto fits = [&](const HostCapacity& h) {
      return h.enabled && h.up && h.used_vcpus + r.vcpus <= h.total_vcpus &&
             h.used_memory_mib + r.memory_mib <= h.total_memory_mib &&
             h.used_disk_gib + r.disk_gib <= h.total_disk_gib;
    };
    ASSERT_EQ(d.host.has_value(), std::any_of(hosts.begin(), hosts.end(), fits));
    std::int64_t counted = 0;
    for (const auto& f : d.filters) counted += f.refused;
    ASSERT_EQ(counted,
              std::count_if(hosts.begin(), hosts.end(), [&](const auto& h) { return !fits(h); }));
    if (!d.host) continue;
    const auto chosen =
        std::find_if(hosts.begin(), hosts.end(), [&](const auto& h) { return h.id == d.host->id; });
    ASSERT_TRUE(fits(*chosen));
    chosen->used_vcpus += r.vcpus;
    chosen->used_memory_mib += r.memory_mib;
    chosen->used_disk_gib += r.disk_gib;
  }
}

TEST(PickProperty, NeverExceedsCapacityAndNeverMissesRoom) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int cloud = 0; cloud < 100 && !testing::Test::HasFatalFailure(); ++cloud)
    fill_one_cloud(random);
}

TEST(PickProperty, TheOrderOfTheHostsDoesNotMatter) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<HostCapacity> hosts;
  for (int n = 0; n < 20; ++n) hosts.push_back(host("h" + std::to_string(n), (n % 5) * 1000));
  const std::string first = pick(kSmall, hosts).host->name;
  for (int n = 0; n < 50; ++n) {
    std::shuffle(hosts.begin(), hosts.end(), random);
    ASSERT_EQ(pick(kSmall, hosts).host->name, first);
  }
}

}  // namespace
}  // namespace virga::scheduler
