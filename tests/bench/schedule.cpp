// SPDX-License-Identifier: Apache-2.0
// How fast the scheduler decides, with all filters on, in the synthetic cloud at some 80 % load:
// each decision is looked for and claimed, and an older guest leaves. usage: schedule HOSTS SECONDS
// pack|weigh   prints decisions per core-second, p50 and p99 of pick() in us, and the
//        milliseconds of an explanation
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/bench/schedule_cloud.h"

namespace {

using namespace virga;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

scheduler::Scheduler make_cloud(int hosts, bool weigh) {
  scheduler::Options options;
  options.filters = scheduler::all_filters();
  options.max_instances_per_host = 200;
  if (weigh) options.weights = scheduler::nova_weights();
  scheduler::Scheduler cloud(options);
  for (int n = 0; n < hosts; ++n) {
    auto host = bench::host_of(n, bench::machine(n));
    host.enabled = n % 101 != 0;
    host.up = n % 103 != 0;
    host.io_ops = n % 37 == 0 ? 9 : n % 5;
    host.failed_builds = n % 211 == 0 ? 2 : 0;
    cloud.upsert_host(host);
  }
  for (const auto& aggregate : bench::aggregates_of(hosts)) cloud.upsert_aggregate(aggregate);
  return cloud;
}

/// Guests at random places, as years of coming and going leave them.
void prefill(scheduler::Scheduler& cloud, int hosts) {
  bench::Guests guests(4);
  std::vector<bench::Machine> free;
  double left = 0;
  for (int n = 0; n < hosts; ++n) left += .75 * free.emplace_back(bench::machine(n)).vcpus;
  for (std::uint64_t number = 0; left > 0;) {
    const auto g = guests.next();
    const auto n = guests.random.below(free.size());
    if (free[n].vcpus < g.vcpus || free[n].memory_gib < g.memory_gib) continue;
    free[n].vcpus -= g.vcpus;
    free[n].memory_gib -= g.memory_gib;
    left -= g.vcpus;
    cloud.apply({"old-" + std::to_string(number++),
                 "host-" + std::to_string(n),
                 "",
                 bench::resources_of(g),
                 {},
                 {}});
  }
}

/// Of this thread: others on the machine do not count.
double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int hosts = std::atoi(argv[1]);
  const double seconds = std::atof(argv[2]);
  auto cloud = make_cloud(hosts, std::strcmp(argv[3], "weigh") == 0);
  prefill(cloud, hosts);
  bench::Guests guests(11);
  bench::Random random(99);
  std::vector<scheduler::Request> requests;  // made beforehand: a caller has them
  for (std::uint64_t n = 0; n < 100000; ++n)
    requests.push_back(bench::request_of(guests.next(), n, random));
  std::vector<std::string> live;
  std::vector<double> waits;
  std::uint64_t decided = 0;
  std::uint64_t found = 0;
  const auto start = Clock::now();
  const double cpu_start = cpu_seconds();
  do {
    scheduler::Request& request = requests[decided % requests.size()];
    const bool timed = decided % 4 == 0;
    const auto before = timed ? Clock::now() : Clock::time_point{};
    const auto choice = cloud.pick(request);
    if (timed) waits.push_back(seconds_since(before));
    ++decided;
    if (choice) {
      ++found;
      cloud.apply(choice->allocation);
      live.push_back(choice->allocation.consumer_id);
    }
    if (live.size() > 2000 || (!choice && !live.empty())) {
      std::swap(live[random.below(live.size())], live.back());
      cloud.release(live.back());
      live.pop_back();
    }
  } while (decided % 64 != 0 || seconds_since(start) < seconds);
  const double rate = static_cast<double>(decided) / (cpu_seconds() - cpu_start);
  std::sort(waits.begin(), waits.end());
  scheduler::Request impossible = requests[0];
  impossible.demand.resources.vcpus = 96;
  impossible.demand.required_traits.insert("HW_CPU_X86_AMX");
  impossible.demand.resources.memory_mib = 700L * 1024;
  const auto asked = Clock::now();
  const auto why = cloud.explain(impossible);
  std::printf("%.0f %.3f %.3f %.3f %.4f\n", rate, waits[waits.size() / 2] * 1e6,
              waits[waits.size() * 99 / 100] * 1e6, seconds_since(asked) * 1e3,
              static_cast<double>(found) / static_cast<double>(decided));
  return why.considered == hosts ? 0 : 1;
}
