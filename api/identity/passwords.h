// SPDX-License-Identifier: Apache-2.0
// Password hashes: Argon2id, a few at a time, on threads of their own.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace virga::identity {

/// Hashes and checks passwords. Thread-safe: callers wait until one of the `threads` has done it;
/// when `waiting` of them (at least 1) do, more are refused. The threads have a low priority: a
/// hash takes tens of milliseconds of a core, and in a storm of logins other requests must not wait
/// for one.
class Passwords {
 public:
  explicit Passwords(int threads = 2, std::size_t waiting = 64);
  ~Passwords();

  /// A self-describing Argon2id hash with a random salt.  @throws Error{unavailable, invalid}
  std::string hash(const std::string& password);

  /// True when the password belongs to the hash. An empty hash costs the same time and is false, so
  /// that an unknown user cannot be told from a wrong password.  @throws Error{unavailable}
  bool verify(const std::string& hash, const std::string& password);

 private:
  using Job = std::function<void()>;
  template <class F>
  auto on_thread(F f);
  void work();

  const std::string nobody_;  // a hash that no password has
  const std::size_t waiting_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool ended_ = false;
  std::vector<std::thread> threads_;  // last: they use the rest
};

}  // namespace virga::identity
