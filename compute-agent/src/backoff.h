// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <random>

#include "common/clock.h"

namespace virga::agent {

/// Pauses between failures: doubling from `first` to `most`, with a quarter of jitter, so that many
/// instances that failed together do not try again together. Thread-safe.
class Backoff {
 public:
  Backoff(TimeUs first, TimeUs most, std::uint64_t seed);

  /// @param failures in a row, from 1
  TimeUs pause_us(std::int64_t failures);

 private:
  TimeUs first_;
  TimeUs most_;
  std::mutex mutex_;
  std::mt19937_64 random_;  ///< guarded by mutex_
};

}  // namespace virga::agent
