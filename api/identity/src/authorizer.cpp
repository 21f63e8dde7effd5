// SPDX-License-Identifier: Apache-2.0
#include "api/identity/authorizer.h"

#include "api/identity/policy.h"
#include "common/error.h"
#include "common/hash.h"
#include "db/store/identity.h"
#include "db/store/tokens.h"

namespace virga::identity {
namespace {

constexpr std::size_t kMaxCached = 20'000;  // about 10 MiB
constexpr std::size_t kMaxSecret = 512;

bool fill_project(store::ReadTx& tx, http::Caller& caller) {
  const auto project = store::identity::find_project(tx, caller.project_id);
  if (!project || !project->enabled) return false;
  const auto domain = store::identity::find_domain(tx, project->domain_id);
  if (!domain || !domain->enabled) return false;
  caller.project_name = project->name;
  caller.project_domain_id = domain->id;
  caller.project_domain_name = domain->name;
  for (const auto& role : store::identity::list_roles(tx, caller.user_id, project->id))
    caller.roles.emplace_back(role.id, role.name);
  return !caller.roles.empty();
}

}  // namespace

std::shared_ptr<const http::Caller> load_caller(store::ReadTx& tx, const std::string& token_hash,
                                                TimeUs now_us) {
  const auto token = store::tokens::find(tx, token_hash);
  if (!token || token->expires_us <= now_us) return nullptr;
  const auto user = store::identity::find_user(tx, token->user_id);
  if (!user || !user->enabled) return nullptr;
  const auto domain = store::identity::find_domain(tx, user->domain_id);
  if (!domain || !domain->enabled) return nullptr;
  auto caller = std::make_shared<http::Caller>();
  caller->token_hash = token_hash;
  caller->audit_id = token->audit_id;
  caller->user_id = user->id;
  caller->user_name = user->name;
  caller->user_domain_id = domain->id;
  caller->user_domain_name = domain->name;
  caller->project_id = token->project_id;
  caller->issued_us = token->issued_us;
  caller->expires_us = token->expires_us;
  if (!caller->project_id.empty() && !fill_project(tx, *caller)) return nullptr;
  return caller;
}

TokenAuthorizer::TokenAuthorizer(store::Database& database, const Clock& clock)
    : database_(database), clock_(clock) {
  database.subscribe([this](const store::Change& change) {
    if (change.topic == "identity") ++epoch_;
  });
}

bool TokenAuthorizer::knows(std::string_view policy) const {
  return find_policy(policy) != nullptr;
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
  const Rule* rule = find_policy(policy);
  if (rule == nullptr) throw Error(ErrorKind::internal, "A route has no policy.");
  if (*rule == Rule::anyone) return;
  request.caller = caller_of(request.header("x-auth-token"));
  if (!request.caller)
    throw Error(ErrorKind::unauthorized, "The request you have made requires authentication.");
  if (!allows(*rule, *request.caller))
    throw Error(ErrorKind::forbidden,
                "Policy doesn't allow " + std::string(policy) + " to be performed.");
}

}  // namespace virga::identity
