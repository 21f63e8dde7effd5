// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/work_queue.h"

#include <algorithm>
#include <chrono>

namespace virga::agent {
namespace {

// A wait is cut here, so that a clock that was set forward is noticed.
constexpr TimeUs kLongestWait = 10 * kSecondUs;

bool is_slow(const std::string& key) {
  return key.starts_with(WorkQueue::kSlowPrefix);
}

}  // namespace

WorkQueue::WorkQueue(const Clock& clock, std::size_t slow_limit)
    : clock_(clock), slow_limit_(std::max<std::size_t>(1, slow_limit)) {}

void WorkQueue::wake(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  Entry& entry = entries_[key];
  clear_timer(key, entry);
  push(key, entry);
}

void WorkQueue::wake_at(const std::string& key, TimeUs at_us) {
  const std::scoped_lock lock(mutex_);
  Entry& entry = entries_[key];
  clear_timer(key, entry);
  entry.at_us = std::max<TimeUs>(1, at_us);
  timers_.emplace(entry.at_us, key);
  wake_one();
}

std::optional<std::string> WorkQueue::try_take() {
  const std::scoped_lock lock(mutex_);
  expire_timers();
  return take_ready();
}

std::optional<std::string> WorkQueue::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    expire_timers();
    if (auto key = take_ready()) return key;
    TimeUs pause = kLongestWait;
    if (!timers_.empty()) pause = std::min(pause, timers_.begin()->first - clock_.now_us());
    const std::uint64_t seen = changes_;
    if (pause > 0)
      changed_.wait_for(lock, stop, std::chrono::microseconds(pause),
                        [&] { return changes_ != seen; });
  }
  return std::nullopt;
}

void WorkQueue::done(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.busy = false;
  if (is_slow(key)) {
    --slow_busy_;
    wake_one();
  }
  if (entry.again) {
    entry.again = false;
    push(key, entry);
  } else if (!entry.queued && entry.at_us == 0) {
    entries_.erase(found);
  }
}

std::optional<TimeUs> WorkQueue::next_due_us() {
  const std::scoped_lock lock(mutex_);
  expire_timers();
  if (has_ready()) return 0;
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first;
}

void WorkQueue::wake_one() {
  ++changes_;
  changed_.notify_one();
}

void WorkQueue::push(const std::string& key, Entry& entry) {
  if (entry.queued) return;
  if (entry.busy) {
    entry.again = true;
    return;
  }
  entry.queued = true;
  (is_slow(key) ? slow_ : ready_).push_back(key);
  wake_one();
}

void WorkQueue::clear_timer(const std::string& key, Entry& entry) {
  if (entry.at_us == 0) return;
  auto [at, end] = timers_.equal_range(entry.at_us);
  at = std::find_if(at, end, [&](const auto& timer) { return timer.second == key; });
  if (at != end) timers_.erase(at);
  entry.at_us = 0;
}

// A clock that was set back would hold all timers for as long: then all are due.
void WorkQueue::expire_timers() {
  const TimeUs now = clock_.now_us();
  const bool went_back = now < last_now_us_ - kSecondUs;
  last_now_us_ = now;
  while (!timers_.empty() && (went_back || timers_.begin()->first <= now)) {
    const std::string key = timers_.begin()->second;
    timers_.erase(timers_.begin());
    Entry& entry = entries_[key];
    entry.at_us = 0;
    push(key, entry);
  }
}

bool WorkQueue::has_ready() const {
  return !ready_.empty() || (!slow_.empty() && slow_busy_ < slow_limit_);
}

std::optional<std::string> WorkQueue::take_ready() {
  if (!has_ready()) return std::nullopt;
  std::deque<std::string>& from = ready_.empty() ? slow_ : ready_;
  const std::string key = from.front();
  from.pop_front();
  if (is_slow(key)) ++slow_busy_;
  Entry& entry = entries_[key];
  entry.queued = false;
  entry.busy = true;
  return key;
}

}  // namespace virga::agent
