// SPDX-License-Identifier: Apache-2.0
// How many things of one kind each key holds now. Private to api/http.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace virga::http {

/// Counts by key with a limit. Holds only keys that have something now, so it is as small as the
/// number of entries alive. Thread-safe; outlives its entries.
class Tally {
 public:
  /// One thing that a key holds; gives it back at its end. Empty: refused.
  class Entry {
   public:
    Entry() = default;
    Entry(Tally* tally, std::string key) : tally_(tally), key_(std::move(key)) {}
    Entry(Entry&& other) noexcept
        : tally_(std::exchange(other.tally_, nullptr)), key_(std::move(other.key_)) {}
    Entry& operator=(Entry&& other) noexcept {
      if (this == &other) return *this;
      leave();
      tally_ = std::exchange(other.tally_, nullptr);
      key_ = std::move(other.key_);
      return *this;
    }
    ~Entry() { leave(); }
    explicit operator bool() const noexcept { return tally_ != nullptr; }

   private:
    void leave() noexcept {
      if (tally_ != nullptr) tally_->leave(key_);
      tally_ = nullptr;
    }
    Tally* tally_ = nullptr;
    std::string key_;
  };

  /// @return an empty entry when the key holds `most` already
  Entry enter(const std::string& key, int most) {
    const std::scoped_lock lock(mutex_);
    int& count = held_[key];
    if (count >= most) {
      if (count == 0) held_.erase(key);
      return {};
    }
    ++count;
    return {this, key};
  }
  std::size_t keys() const {
    const std::scoped_lock lock(mutex_);
    return held_.size();
  }

 private:
  void leave(const std::string& key) noexcept {
    const std::scoped_lock lock(mutex_);
    const auto it = held_.find(key);
    if (it != held_.end() && --it->second == 0) held_.erase(it);
  }

  mutable std::mutex mutex_;  // guards held_
  std::unordered_map<std::string, int> held_;
};

}  // namespace virga::http
