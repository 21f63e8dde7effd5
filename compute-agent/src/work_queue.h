// SPDX-License-Identifier: Apache-2.0
// Which keys have work to do, and since when.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "common/clock.h"

namespace virga::agent {

/// Keys that are due now or at some time. A key is handed to one thread at a time; a wake-up that
/// comes while it is worked on is kept. Thread-safe.
class WorkQueue {
 public:
  /// Keys with this prefix take long; at most `slow_limit` of them are handed out at once.
  static constexpr const char* kSlowPrefix = "image:";

  WorkQueue(const Clock& clock, std::size_t slow_limit);

  /// The key is due now.
  void wake(const std::string& key);

  /// The key is due at `at_us`, in place of an earlier wake_at().
  void wake_at(const std::string& key, TimeUs at_us);

  /// A key that is due, if there is one. The caller gives it back with done().
  std::optional<std::string> try_take();

  /// Waits for a key that is due; nullopt when it was asked to stop.
  std::optional<std::string> take(const std::stop_token& stop);

  void done(const std::string& key);

  /// When the next key becomes due; 0: one is due now; nullopt: none is.
  std::optional<TimeUs> next_due_us();

 private:
  struct Entry {
    bool busy = false;
    bool queued = false;  ///< in ready_ or slow_
    bool again = false;   ///< woken while busy
    TimeUs at_us = 0;     ///< timer; 0: none
  };

  void wake_one();
  void push(const std::string& key, Entry& entry);
  void clear_timer(const std::string& key, Entry& entry);
  void expire_timers();
  bool has_ready() const;
  std::optional<std::string> take_ready();

  const Clock& clock_;
  const std::size_t slow_limit_;
  std::mutex mutex_;  ///< guards all below
  std::condition_variable_any changed_;
  std::map<std::string, Entry> entries_;
  std::deque<std::string> ready_;
  std::deque<std::string> slow_;
  std::size_t slow_busy_ = 0;
  std::multimap<TimeUs, std::string> timers_;
  TimeUs last_now_us_ = 0;
  std::uint64_t changes_ = 0;  ///< whoever waits looks again when it moves
};

/// Gives a key back, however the work ends.
class Taken {
 public:
  Taken(WorkQueue& queue, std::string key) : queue_(queue), key_(std::move(key)) {}
  ~Taken() { queue_.done(key_); }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  const std::string& key() const { return key_; }

 private:
  WorkQueue& queue_;
  std::string key_;
};

}  // namespace virga::agent
