// SPDX-License-Identifier: Apache-2.0
// The sending side of a WebSocket that is not there.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

#include "api/http/router.h"

namespace virga::test {

/// Keeps what is sent until the test takes it, as a peer that does not read. Thread-safe.
class FakeSender final : public http::WebSocketSender {
 public:
  bool send(std::string text) override { return send_binary(std::move(text)); }
  bool send_binary(std::string bytes) override {
    const std::scoped_lock lock(mutex_);
    if (closed_ || finished_) return false;
    waiting_ += bytes.size();
    sent_.push_back(std::move(bytes));
    changed_.notify_all();
    return true;
  }
  std::size_t waiting() override {
    const std::scoped_lock lock(mutex_);
    return waiting_;
  }
  void pause() override { set(paused_, true); }
  void resume() override { set(paused_, false); }
  void finish() override { set(finished_, true); }
  void close() override { set(closed_, true); }

  /// The next message, which the peer has read then; waits at most 10 s.
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kLimit, [&] { return !sent_.empty(); })) {
      ADD_FAILURE() << "nothing was sent";
      return {};
    }
    std::string bytes = std::move(sent_.front());
    sent_.pop_front();
    waiting_ -= bytes.size();
    return bytes;
  }
  bool paused() { return get(paused_); }
  bool finished() { return wait(finished_); }
  bool closed() { return wait(closed_); }
  bool is_open() { return !get(finished_) && !get(closed_); }
  /// Waits until reading goes on.
  bool resumed() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLimit, [&] { return !paused_; });
  }

 private:
  static constexpr std::chrono::seconds kLimit{10};

  void set(bool& flag, bool value) {
    const std::scoped_lock lock(mutex_);
    flag = value;
    changed_.notify_all();
  }
  bool get(const bool& flag) {
    const std::scoped_lock lock(mutex_);
    return flag;
  }
  bool wait(const bool& flag) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLimit, [&] { return flag; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> sent_;
  std::size_t waiting_ = 0;
  bool paused_ = false;
  bool finished_ = false;
  bool closed_ = false;
};

}  // namespace virga::test
