// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/backoff.h"

#include <algorithm>

namespace virga::agent {

Backoff::Backoff(TimeUs first, TimeUs most, std::uint64_t seed)
    : first_(first), most_(most), random_(seed) {}

TimeUs Backoff::pause_us(std::int64_t failures) {
  const auto doublings = std::clamp<std::int64_t>(failures - 1, 0, 20);
  const TimeUs pause = std::min(most_, first_ << doublings);
  const std::scoped_lock lock(mutex_);
  return pause - std::uniform_int_distribution<TimeUs>(0, pause / 4)(random_);
}

}  // namespace virga::agent
