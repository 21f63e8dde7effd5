// SPDX-License-Identifier: Apache-2.0
// How well the default policy packs the synthetic workload. Nothing here depends on time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <queue>

#include "tests/bench/schedule_cloud.h"

namespace virga::scheduler {
namespace {

constexpr int kHosts = 1000;

/// The synthetic cloud without zones, as counts.
class Packed {
 public:
  explicit Packed(int hosts) {
    for (int n = 0; n < hosts; ++n) {
      free.push_back(bench::machine(n));
      total_vcpus += free.back().vcpus;
      cloud_.upsert_host(bench::host_of(n, free.back()));
    }
  }

  /// @return the number of the host; -1: there is no room
  int place(const bench::Guest& g, std::uint64_t number) {
    Request r;
    r.instance_id = std::to_string(number);
    r.demand.resources = {g.vcpus, g.memory_gib * 1024, 0, {}};
    if (g.needs_rare) r.demand.required_traits = {"HW_CPU_X86_AMX"};
    const auto choice = cloud_.pick(r);
    if (!choice) return -1;
    cloud_.apply(choice->allocation);
    const int host = std::stoi(choice->allocation.host_id.substr(5));
    change(host, g, -1);
    return host;
  }

  void leave(int host, const bench::Guest& g, std::uint64_t number) {
    cloud_.release(std::to_string(number));
    change(host, g, 1);
  }

  double used() const { return static_cast<double>(used_vcpus) / static_cast<double>(total_vcpus); }

  /// The share of all vCPUs on which guests of 32 vCPUs and 128 GiB find room.
  double room_for_large() const {
    std::int64_t guests = 0;
    for (const auto& m : free) guests += std::min(m.vcpus / 32, m.memory_gib / 128);
    return static_cast<double>(32 * guests) / static_cast<double>(total_vcpus);
  }

  std::vector<bench::Machine> free;
  std::int64_t total_vcpus = 0;
  std::int64_t used_vcpus = 0;

 private:
  void change(int host, const bench::Guest& g, int sign) {
    auto& m = free[static_cast<std::size_t>(host)];
    m.vcpus += sign * g.vcpus;
    m.memory_gib += sign * g.memory_gib;
    used_vcpus -= sign * g.vcpus;
    ASSERT_GE(m.vcpus, 0);
    ASSERT_GE(m.memory_gib, 0);
  }

  Scheduler cloud_;
};

TEST(PackingQuality, TheFirstGuestIsRefusedWhenNearlyAllVcpusAreTaken) {
  double sum = 0;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Packed cloud(kHosts);
    bench::Guests guests(seed);
    std::uint64_t number = 0;
    while (cloud.place(guests.next(), number) >= 0) ++number;
    RecordProperty("used_" + std::to_string(seed), std::to_string(cloud.used()));
    sum += cloud.used();
  }
  EXPECT_GE(sum / 3, 0.97);
}

struct Departure {
  double hour = 0;
  int host = 0;
  std::uint64_t number = 0;
  bench::Guest guest;
  bool operator<(const Departure& other) const { return hour > other.hour; }
};

/// Arrivals that hold the cloud at a load; guests that stay less than half an hour are left out, as
/// they hardly count.
TEST(PackingQuality, LargeGuestsFindRoomAtThreeQuartersLoad) {
  Packed cloud(kHosts);
  bench::Guests guests(9);
  std::priority_queue<Departure> departures;
  std::uint64_t number = 0;
  const auto admit = [&](const bench::Guest& g, double until) {
    const int host = cloud.place(g, ++number);
    if (host >= 0) departures.push({until, host, number, g});
    return host >= 0;
  };
  double core_hours = 0;
  constexpr int kSample = 200000;
  bench::Guests sample(3);
  for (int i = 0; i < kSample; ++i) {
    const auto g = sample.next();
    core_hours += g.vcpus * g.hours / kSample;
  }
  const double load = .75 * static_cast<double>(cloud.total_vcpus);
  while (static_cast<double>(cloud.used_vcpus) < load) {  // who stays long is likely there already
    const auto g = guests.next();
    if (guests.random.share() * 72 * 30 >= g.hours) continue;
    ASSERT_TRUE(admit(g, g.hours * guests.random.share()));
  }
  double room = 0;
  double ideal = 0;
  std::int64_t refused = 0;
  double next_sample = 24 * 4;
  for (double hour = 0; hour < 24 * 14;) {
    hour += -std::log(1 - guests.random.share()) * core_hours / load;
    const auto g = guests.next();
    if (g.hours < .5) continue;
    for (; !departures.empty() && departures.top().hour <= hour; departures.pop())
      cloud.leave(departures.top().host, departures.top().guest, departures.top().number);
    if (hour >= next_sample) {
      room += cloud.room_for_large();
      ideal += 1 - cloud.used();
      next_sample += 4;
    }
    refused += admit(g, hour + g.hours) ? 0 : 1;
  }
  RecordProperty("room_share", std::to_string(room / ideal));
  EXPECT_EQ(refused, 0);
  EXPECT_GE(room / ideal, 0.90);
}

}  // namespace
}  // namespace virga::scheduler
