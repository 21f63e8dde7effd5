// SPDX-License-Identifier: Apache-2.0
#include "scheduler/near_misses.h"

#include <gtest/gtest.h>

namespace virga::scheduler {
namespace {

HostCapacity host(const std::string& name, std::int64_t memory, std::int64_t vcpus = 8) {
  HostCapacity h;
  h.name = name;
  h.total_vcpus = vcpus;
  h.total_memory_mib = memory;
  h.total_disk_gib = 100;
  return h;
}

std::string text(const std::vector<Miss>& misses) {
  std::string out;
  for (const auto& m : misses) out += m.host_name + " " + m.reason + ", ";
  return out;
}

constexpr PlacementRequest kWanted{2, 1024, 10};

TEST(NearMisses, AreHostsWithASingleReason) {
  HostCapacity off = host("off", 4096);
  off.enabled = false;
  HostCapacity gone = host("gone", 4096);
  gone.up = false;
  EXPECT_EQ(
      text(near_misses(
          kWanted, {host("fits", 4096), off, gone, host("small", 1000), host("both", 1000, 1)}, 9)),
      "gone is down, off is disabled, small lacks 24 MiB of memory, ");
}

TEST(NearMisses, BeginWithTheNearest) {
  const std::vector<HostCapacity> hosts{host("b", 100), host("a", 900), host("c", 4096, 1)};
  EXPECT_EQ(text(near_misses(kWanted, hosts, 9)),
            "a lacks 124 MiB of memory, c lacks 1 vcpus, b lacks 924 MiB of memory, ");
  EXPECT_EQ(text(near_misses(kWanted, hosts, 1)), "a lacks 124 MiB of memory, ");
  EXPECT_EQ(text(near_misses(kWanted, {}, 9)), "");
}

TEST(Advice, FollowsTheFilters) {
  EXPECT_EQ(advice(0, {}).size(), 1U);
  EXPECT_EQ(
      advice(3, {"RamFilter", "OwnFilter"}),
      (std::vector<std::string>{"Choose a flavor with less memory, or delete servers that use it.",
                                "Ask for something that OwnFilter does not refuse."}));
  EXPECT_TRUE(advice(3, {}).empty());
}

}  // namespace
}  // namespace virga::scheduler
