// SPDX-License-Identifier: Apache-2.0
// Limits on guessing: an account is closed to a peer that fails too often, and a peer that fails
// too often anywhere is told to wait.
#pragma once

#include <memory>
#include <string>

#include "common/clock.h"

namespace virga::identity {

struct LockoutLimits {
  int account_failures = 5;                    ///< of one peer, within `account_window_us`
  TimeUs account_window_us = 300 * kSecondUs;  ///< from the first of them
  TimeUs account_lock_us = 300 * kSecondUs;    ///< from the last of them
  int peer_failures = 100;                     ///< over all accounts, within `peer_window_us`
  TimeUs peer_window_us = 60 * kSecondUs;
  std::size_t remembered = 20'000;  ///< entries of each kind; the oldest are forgotten
};

/// Counts failures by account and peer, so that nobody can lock an owner out from elsewhere.
/// Addresses of one IPv6 /64 network are one peer. Thread-safe; in memory.
class Lockout {
 public:
  explicit Lockout(LockoutLimits limits = {});
  ~Lockout();

  /// Seconds that the peer must wait before its next attempt on any account; 0: none.
  int wait_s(const std::string& peer, TimeUs now_us) const;
  /// True while the account takes no login of the peer. Also ask after the check of a password:
  /// guesses that ran at the same time must not count.
  bool is_locked(const std::string& account, const std::string& peer, TimeUs now_us) const;
  void failed(const std::string& account, const std::string& peer, TimeUs now_us);
  /// Counts for the peer alone: the account is never locked.
  void failed_unlocked(const std::string& peer, TimeUs now_us);
  void succeeded(const std::string& account, const std::string& peer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::identity
