// SPDX-License-Identifier: Apache-2.0
#include "api/identity/authorizer.h"

#include "api/identity/src/oauth1.h"
#include "common/error.h"
#include "common/hash.h"
#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/tokens.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

constexpr std::size_t kMaxCached = 20'000;  // about 10 MiB
constexpr std::size_t kMaxSecret = 512;

bool fill_project(store::ReadTx& tx, http::Caller& caller) {
  const auto project = store::projects::find(tx, caller.project_id);
  if (!project || !project->enabled) return false;
  const auto domain = store::domains::find(tx, project->domain_id);
  if (!domain || !domain->enabled) return false;
  caller.project_name = project->name;
  caller.project_domain_id = domain->id;
  caller.project_domain_name = domain->name;
  for (const auto& role : store::grants::list_roles(tx, caller.user_id, project->id))
    caller.roles.emplace_back(role.id, role.name);
  return !caller.roles.empty();
}

}  // namespace

std::shared_ptr<const http::Caller> load_caller(store::ReadTx& tx, const std::string& token_hash,
                                                TimeUs now_us) {
  const auto token = store::tokens::find(tx, token_hash);
  if (!token || token->expires_us <= now_us) return nullptr;
  const auto user = store::users::find(tx, token->user_id);
  if (!user || !user->enabled) return nullptr;
  const auto domain = store::domains::find(tx, user->domain_id);
  if (!domain || !domain->enabled) return nullptr;
  auto caller = std::make_shared<http::Caller>();
  caller->token_hash = token_hash;
  caller->audit_id = token->audit_id;
  caller->parent_audit_id = token->parent_audit_id;
  for (std::size_t at = 0; at <= token->methods.size();) {
    const std::size_t end = std::min(token->methods.find(',', at), token->methods.size());
    caller->methods.push_back(token->methods.substr(at, end - at));
    at = end + 1;
  }
  caller->user_id = user->id;
  caller->user_name = user->name;
  caller->user_domain_id = domain->id;
  caller->user_domain_name = domain->name;
  caller->project_id = token->project_id;
  caller->issued_us = token->issued_us;
  caller->expires_us = token->expires_us;
  if (!caller->project_id.empty() && !fill_project(tx, *caller)) return nullptr;
  if (!token->oauth_token_id.empty() &&
      !limit_to_access_token(tx, *caller, token->oauth_token_id, now_us))
    return nullptr;
  return caller;
}

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
  if (!request.caller)
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
