// SPDX-License-Identifier: Apache-2.0
// What may be used once only: signed requests and one-time passwords.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <unordered_set>

#include "common/clock.h"

namespace virga::identity {

/// Remembers what was used until it would be refused for its age. Thread-safe; in memory.
class UsedOnce {
 public:
  explicit UsedOnce(std::size_t most = 100'000) : most_(most) {}

  /// True for the first use of `key`, false for further ones before `until_us`.
  /// @throws Error{unavailable} when there is too much to remember
  bool first_use(const std::string& key, TimeUs until_us, TimeUs now_us);

 private:
  const std::size_t most_;
  std::mutex mutex_;  // guards what follows
  std::unordered_set<std::string> keys_;
  std::multimap<TimeUs, std::string> by_end_;
};

}  // namespace virga::identity
