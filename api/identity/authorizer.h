// SPDX-License-Identifier: Apache-2.0
// Tokens to callers, checked against the live state of user, project and roles.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "api/http/router.h"
#include "api/identity/policy.h"
#include "common/clock.h"
#include "db/store/database.h"

namespace virga::identity {

/// How long after its end a token may still be shown to a service that asks for it
/// ("allow_expired").
constexpr TimeUs kExpiredWindowUs = 48LL * 3600 * kSecondUs;

/// The caller of a token, or nullptr when the token is unknown, expired, or its user or project no
/// longer may use it. Reads the database.
/// @param grace_us how long after its end a token is still described
std::shared_ptr<const http::Caller> load_caller(store::ReadTx& tx, const std::string& token_hash,
                                                TimeUs now_us, TimeUs grace_us = 0);

/// Checks X-Auth-Token and the policy of a route. Callers are cached until any identity row
/// changes: a commit raises an epoch, and entries of an older epoch are not used. Thread-safe.
class TokenAuthorizer final : public http::Authorizer {
 public:
  /// `policies` must outlive it.
  TokenAuthorizer(store::Database& database, const Clock& clock, const PolicyTable& policies);

  bool knows(std::string_view policy) const override;
  void authorize(http::Request& request, std::string_view policy) const override;
  bool allows(const http::Caller& caller, std::string_view policy,
              const http::Target& target) const override;

  /// The caller of a token secret, or nullptr.
  std::shared_ptr<const http::Caller> caller_of(std::string_view secret) const;

 private:
  struct Entry {
    std::shared_ptr<const http::Caller> caller;
    std::uint64_t epoch = 0;
  };
  store::Database& database_;
  const Clock& clock_;
  const PolicyTable& policies_;
  std::atomic<std::uint64_t> epoch_{1};
  mutable std::shared_mutex mutex_;  // guards cache_
  mutable std::unordered_map<std::string, Entry> cache_;
};

}  // namespace virga::identity
