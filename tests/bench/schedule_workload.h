// SPDX-License-Identifier: Apache-2.0
// A synthetic cloud and what is asked of it. The shape follows what is published of public clouds'
// traces: most guests are small and short-lived, most core-hours belong to few that stay. Three
// generations of hardware in four zones; the newest has something that few requests need.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace virga::bench {

/// xorshift64: the same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2654435761U + 88172645463325252U) {}
  std::uint64_t next() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    return state_ ^= state_ << 17U;
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  double share() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

struct Guest {
  int vcpus = 0;
  int memory_gib = 0;
  int zone = -1;  ///< -1: any
  bool needs_rare = false;
  double hours = 0;  ///< how long it stays
};

class Guests {
 public:
  explicit Guests(std::uint64_t seed) : random(seed) {
    for (const auto& f : kFlavors) sums_.push_back((sums_.empty() ? 0 : sums_.back()) + f.weight);
  }

  Guest next() {
    const double at = random.share() * sums_.back();
    std::size_t k = 0;
    while (sums_[k] < at) ++k;
    Guest g;
    g.vcpus = kFlavors.at(k).vcpus;
    g.memory_gib = kFlavors.at(k).memory_gib;
    g.zone = random.share() < .5 ? -1 : static_cast<int>(random.below(4));
    g.needs_rare = random.share() < .05;
    const double z = random.share();
    if (z < .88)  // minutes
      g.hours = std::exp(std::log(.02) * (1 - random.share()));
    else if (z < .97)  // days
      g.hours = std::exp(random.share() * std::log(72.));
    else  // months
      g.hours = 72 * std::exp(random.share() * std::log(30.));
    return g;
  }

  Random random;

 private:
  struct Flavor {
    int vcpus;
    int memory_gib;
    double weight;
  };
  static constexpr std::array<Flavor, 18> kFlavors{{{1, 1, 8},
                                                    {1, 2, 20},
                                                    {1, 4, 6},
                                                    {2, 4, 18},
                                                    {2, 8, 16},
                                                    {2, 16, 3},
                                                    {4, 8, 8},
                                                    {4, 16, 9},
                                                    {4, 32, 2},
                                                    {8, 16, 2.5},
                                                    {8, 32, 3.5},
                                                    {8, 64, 1},
                                                    {16, 32, .5},
                                                    {16, 64, 1.2},
                                                    {16, 128, .3},
                                                    {32, 128, .5},
                                                    {32, 256, .15},
                                                    {64, 256, .1}}};
  std::vector<double> sums_;
};

struct Machine {
  int vcpus = 0;
  int memory_gib = 0;
  int zone = 0;
  bool rare = false;
};

/// Half, three tenths and two tenths are of the three generations.
inline Machine machine(int number) {
  const int kind = number % 10 < 5 ? 0 : number % 10 < 8 ? 1 : 2;
  constexpr std::array<int, 3> kVcpus{64, 96, 128};
  constexpr std::array<int, 3> kMemory{256, 384, 768};
  const auto k = static_cast<std::size_t>(kind);
  return {kVcpus.at(k), kMemory.at(k), number / 10 % 4, kind == 2};
}

}  // namespace virga::bench
