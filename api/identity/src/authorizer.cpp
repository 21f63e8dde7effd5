// SPDX-License-Identifier: Apache-2.0
#include "api/identity/authorizer.h"

#include "api/identity/access_rules.h"
#include "common/error.h"
#include "common/hash.h"

namespace virga::identity {
namespace {

constexpr std::size_t kMaxCached = 20'000;  // about 10 MiB
constexpr std::size_t kMaxSecret = 512;

}  // namespace

TokenAuthorizer::TokenAuthorizer(store::Database& database, const Clock& clock,
                                 const PolicyTable& policies)
    : database_(database), clock_(clock), policies_(policies) {
  database.subscribe([this](const store::Change& change) {
    if (change.topic == "identity") ++epoch_;
  });
}

bool TokenAuthorizer::knows(std::string_view policy) const {
  return policies_.find(policy) != nullptr;
}

std::shared_ptr<const http::Caller> TokenAuthorizer::caller_of(std::string_view secret) const {
  if (secret.empty() || secret.size() > kMaxSecret) return nullptr;
  const std::string hash = sha256_hex(secret);
  const std::uint64_t epoch = epoch_;
  const TimeUs now = clock_.now_us();
  {
    const std::shared_lock lock(mutex_);
    const auto it = cache_.find(hash);
    if (it != cache_.end() && it->second.epoch == epoch)
      return it->second.caller->expires_us > now ? it->second.caller : nullptr;
  }
  auto caller = database_.read([&](store::ReadTx& tx) { return load_caller(tx, hash, now); });
  if (caller) {
    const std::unique_lock lock(mutex_);
    if (cache_.size() >= kMaxCached) cache_.clear();
    cache_[hash] = {caller, epoch};
  }
  return caller;
}

void TokenAuthorizer::authorize(http::Request& request, std::string_view policy) const {
  const Policy* found = policies_.find(policy);
  if (found == nullptr) throw Error(ErrorKind::internal, "A route has no policy.");
  if (found->is_public) return;
  request.caller = caller_of(request.header("x-auth-token"));
  const bool allowed =
      request.caller != nullptr && (request.caller->delegation == nullptr ||
                                    allowed_by(request.caller->delegation->access_rules, request));
  if (!allowed)
    throw Error(ErrorKind::unauthorized, "The request you have made requires authentication.");
  const Verdict verdict = PolicyTable::ask(*found, *request.caller, nullptr);
  if (verdict == Verdict::no)
    throw Error(ErrorKind::forbidden, "You are not authorized to perform the requested action: " +
                                          std::string(policy) + ".");
  request.settled = verdict == Verdict::yes;
}

bool TokenAuthorizer::allows(const http::Caller& caller, std::string_view policy,
                             const http::Target& target) const {
  const Policy* found = policies_.find(policy);
  if (found == nullptr)
    throw Error(ErrorKind::internal, "There is no policy '" + std::string(policy) + "'.");
  return PolicyTable::ask(*found, caller, &target) == Verdict::yes;
}

}  // namespace virga::identity
