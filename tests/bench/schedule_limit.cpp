// SPDX-License-Identifier: Apache-2.0
// The most that decisions can be had for: hosts of a kind in a grid of free vCPUs and memory with a
// bit for each cell that has hosts, three filters (room, zone, one trait) and an exact best fit. No
// names, no explanation, no bookkeeping of who is where. The yardstick of `tools/bench schedule`.
// usage: schedule_limit HOSTS SECONDS   prints decisions per core-second, p50 and p99 in us
#include <time.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "tests/bench/schedule_workload.h"

namespace {

using namespace virga;
using Clock = std::chrono::steady_clock;

constexpr int kVcpus = 129;
constexpr int kMemory = 193;  // in 4 GiB
constexpr int kWords = 4;

struct Kind {
  bench::Machine machine;
  std::vector<std::vector<int>> cells = std::vector<std::vector<int>>(kVcpus * kMemory);
  std::vector<std::uint64_t> bits = std::vector<std::uint64_t>(kVcpus * kWords);
};

class Grid {
 public:
  explicit Grid(int hosts) {
    for (int n = 0; n < hosts; ++n) {
      const auto m = bench::machine(n);
      free.push_back(m);
      std::size_t k = 0;
      while (k < kinds_.size() &&
             (kinds_[k].machine.zone != m.zone || kinds_[k].machine.vcpus != m.vcpus))
        ++k;
      if (k == kinds_.size()) kinds_.push_back({m});
      kind_of_.push_back(k);
      place_.push_back(0);
      put(n);
    }
  }

  void take(int host, const bench::Guest& g, int sign) {
    remove(host);
    auto& f = free[static_cast<std::size_t>(host)];
    f.vcpus -= sign * g.vcpus;
    f.memory_gib -= sign * g.memory_gib;
    put(host);
  }

  int best(const bench::Guest& g) const {
    int host = -1;
    int score = 1 << 30;
    const int least = (g.memory_gib + 3) / 4;
    for (const auto& kind : kinds_) {
      if ((g.zone >= 0 && kind.machine.zone != g.zone) || (g.needs_rare && !kind.machine.rare))
        continue;
      for (int v = g.vcpus; v <= kind.machine.vcpus; ++v) {
        const int base = 4 * (v - g.vcpus);
        if (base >= score) break;
        const int m = first(kind, v, least);
        if (m < 0 || base + 4 * m - g.memory_gib >= score) continue;
        score = base + 4 * m - g.memory_gib;
        host = kind.cells[static_cast<std::size_t>(v * kMemory + m)].back();
      }
    }
    return host;
  }

  std::vector<bench::Machine> free;

 private:
  static int first(const Kind& kind, int v, int least) {
    const std::uint64_t* const words = &kind.bits[static_cast<std::size_t>(v * kWords)];
    int k = least / 64;
    std::uint64_t word = words[k] & (~0ULL << (least % 64));
    while (word == 0 && ++k < kWords) word = words[k];
    return word == 0 ? -1 : k * 64 + std::countr_zero(word);
  }

  std::uint64_t& word(Kind& kind, int v, int m) {
    return kind.bits[static_cast<std::size_t>(v * kWords + m / 64)];
  }

  void put(int host) {
    const auto h = static_cast<std::size_t>(host);
    auto& kind = kinds_[kind_of_[h]];
    const int m = free[h].memory_gib / 4;
    auto& cell = kind.cells[static_cast<std::size_t>(free[h].vcpus * kMemory + m)];
    place_[h] = cell.size();
    cell.push_back(host);
    word(kind, free[h].vcpus, m) |= 1ULL << (m % 64);
  }

  void remove(int host) {
    const auto h = static_cast<std::size_t>(host);
    auto& kind = kinds_[kind_of_[h]];
    const int m = free[h].memory_gib / 4;
    auto& cell = kind.cells[static_cast<std::size_t>(free[h].vcpus * kMemory + m)];
    cell[place_[h]] = cell.back();
    place_[static_cast<std::size_t>(cell.back())] = place_[h];
    cell.pop_back();
    if (cell.empty()) word(kind, free[h].vcpus, m) &= ~(1ULL << (m % 64));
  }

  std::vector<Kind> kinds_;
  std::vector<std::size_t> kind_of_;
  std::vector<std::size_t> place_;
};

void prefill(Grid& grid) {
  bench::Guests guests(4);
  double left = 0;
  for (const auto& m : grid.free) left += .75 * m.vcpus;
  while (left > 0) {
    const auto g = guests.next();
    const auto n = guests.random.below(grid.free.size());
    if (grid.free[n].vcpus < g.vcpus || grid.free[n].memory_gib < g.memory_gib) continue;
    grid.take(static_cast<int>(n), g, 1);
    left -= g.vcpus;
  }
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Of this thread: others on the machine do not count.
double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Grid grid(std::atoi(argv[1]));
  const double seconds = std::atof(argv[2]);
  prefill(grid);
  bench::Guests guests(11);
  bench::Random random(99);
  std::vector<bench::Guest> requests;
  for (int n = 0; n < 100000; ++n) requests.push_back(guests.next());
  std::vector<std::pair<int, bench::Guest>> live;
  std::vector<double> waits;
  std::uint64_t decided = 0;
  const auto start = Clock::now();
  const double cpu_start = cpu_seconds();
  do {
    const bench::Guest& g = requests[decided % requests.size()];
    const bool timed = decided % 4 == 0;
    const auto before = timed ? Clock::now() : Clock::time_point{};
    const int host = grid.best(g);
    if (timed) waits.push_back(seconds_since(before));
    ++decided;
    if (host >= 0) {
      grid.take(host, g, 1);
      live.emplace_back(host, g);
    }
    if (live.size() > 2000 || (host < 0 && !live.empty())) {
      std::swap(live[random.below(live.size())], live.back());
      grid.take(live.back().first, live.back().second, -1);
      live.pop_back();
    }
  } while (decided % 64 != 0 || seconds_since(start) < seconds);
  const double rate = static_cast<double>(decided) / (cpu_seconds() - cpu_start);
  std::sort(waits.begin(), waits.end());
  std::printf("%.0f %.3f %.3f\n", rate, waits[waits.size() / 2] * 1e6,
              waits[waits.size() * 99 / 100] * 1e6);
}
