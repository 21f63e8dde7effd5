// SPDX-License-Identifier: Apache-2.0
#include "api/identity/lockout.h"

#include <arpa/inet.h>

#include <mutex>
#include <unordered_map>

#include "common/hash.h"

namespace virga::identity {
namespace {

struct Failures {
  int count = 0;
  TimeUs first_us = 0;
  TimeUs last_us = 0;
};

/// The entries used last: when the younger half is full, the older half is forgotten.
class Memory {
 public:
  explicit Memory(std::size_t most) : half_(most / 2 + 1) {}

  const Failures* find(const std::string& key) const {
    if (const auto it = young_.find(key); it != young_.end()) return &it->second;
    const auto it = old_.find(key);
    return it == old_.end() ? nullptr : &it->second;
  }
  Failures& at(const std::string& key) {
    if (const auto it = young_.find(key); it != young_.end()) return it->second;
    const Failures* known = find(key);
    const Failures kept = known == nullptr ? Failures{} : *known;
    if (young_.size() >= half_) {
      old_ = std::move(young_);
      young_.clear();
    }
    old_.erase(key);
    return young_[key] = kept;
  }
  void erase(const std::string& key) {
    young_.erase(key);
    old_.erase(key);
  }

 private:
  std::size_t half_;
  std::unordered_map<std::string, Failures> young_;
  std::unordered_map<std::string, Failures> old_;
};

/// One more failure; those before the window do not count.
void count(Failures& failures, TimeUs window_us, TimeUs now_us) {
  if (failures.count == 0 || now_us - failures.first_us > window_us) failures = {0, now_us, 0};
  ++failures.count;
  failures.last_us = now_us;
}

std::string network_of(const std::string& peer) {
  in6_addr address{};
  if (::inet_pton(AF_INET6, peer.c_str(), &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address))
    return peer;
  return to_hex({reinterpret_cast<const char*>(&address), 8});
}

/// Accounts are what clients say: of any length, so the key is a digest.
std::string key_of(const std::string& account, const std::string& peer) {
  return sha256_hex(network_of(peer) + "\n" + account);
}

}  // namespace

struct Lockout::Impl {
  explicit Impl(LockoutLimits l) : limits(l), accounts(l.remembered), peers(l.remembered) {}

  const LockoutLimits limits;
  mutable std::mutex mutex;  // guards what follows
  Memory accounts;
  Memory peers;

  void count_peer(const std::string& peer, TimeUs now_us) {
    count(peers.at(network_of(peer)), limits.peer_window_us, now_us);
  }
};

Lockout::Lockout(LockoutLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
Lockout::~Lockout() = default;

int Lockout::wait_s(const std::string& peer, TimeUs now_us) const {
  const std::scoped_lock lock(impl_->mutex);
  const Failures* failures = impl_->peers.find(network_of(peer));
  if (failures == nullptr || failures->count < impl_->limits.peer_failures) return 0;
  const TimeUs left = failures->first_us + impl_->limits.peer_window_us - now_us;
  return left < 0 ? 0 : static_cast<int>(left / kSecondUs) + 1;
}

bool Lockout::is_locked(const std::string& account, const std::string& peer, TimeUs now_us) const {
  const std::scoped_lock lock(impl_->mutex);
  const Failures* failures = impl_->accounts.find(key_of(account, peer));
  return failures != nullptr && failures->count >= impl_->limits.account_failures &&
         now_us - failures->last_us <= impl_->limits.account_lock_us;
}

void Lockout::failed(const std::string& account, const std::string& peer, TimeUs now_us) {
  const std::scoped_lock lock(impl_->mutex);
  count(impl_->accounts.at(key_of(account, peer)), impl_->limits.account_window_us, now_us);
  impl_->count_peer(peer, now_us);
}

void Lockout::failed_unlocked(const std::string& peer, TimeUs now_us) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->count_peer(peer, now_us);
}

void Lockout::succeeded(const std::string& account, const std::string& peer) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->accounts.erase(key_of(account, peer));
}

}  // namespace virga::identity
