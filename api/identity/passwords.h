// SPDX-License-Identifier: Apache-2.0
// Password hashes: Argon2id, a few at a time.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

namespace virga::identity {

/// Hashes and checks passwords. Thread-safe: at most `parallel` run at once, others wait their
/// turn, and beyond `waiting` of them a request is refused.
class Passwords {
 public:
  explicit Passwords(int parallel = 2, int waiting = 64);

  /// A self-describing Argon2id hash with a random salt.  @throws Error{unavailable, invalid}
  std::string hash(const std::string& password);

  /// True when the password belongs to the hash. An empty hash costs the same time and is false, so
  /// that an unknown user cannot be told from a wrong password.  @throws Error{unavailable}
  bool verify(const std::string& hash, const std::string& password);

 private:
  class Turn;
  std::mutex mutex_;  // guards what follows
  std::condition_variable free_;
  int parallel_;
  int waiting_;
  std::string nobody_;  // a hash of no password
};

}  // namespace virga::identity
