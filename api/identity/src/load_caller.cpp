// SPDX-License-Identifier: Apache-2.0
// A token's caller from the rows as they are now: users, scopes, roles and delegations.
#include <algorithm>

#include "api/identity/authorizer.h"
#include "api/identity/src/live_trust.h"
#include "api/identity/src/oauth1.h"
#include "db/store/application_credentials.h"
#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/tokens.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

using store::ReadTx;

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    words.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

void set_roles(http::Caller& caller, const std::vector<model::Role>& roles) {
  caller.roles.clear();
  for (const auto& role : roles) caller.roles.emplace_back(role.id, role.name);
}

bool fill_user(ReadTx& tx, http::Caller& caller, const std::string& id) {
  const auto user = store::users::find(tx, id);
  if (!user || !user->enabled) return false;
  const auto domain = store::domains::find(tx, user->domain_id);
  if (!domain || !domain->enabled) return false;
  caller.user_id = user->id;
  caller.user_name = user->name;
  caller.user_domain_id = domain->id;
  caller.user_domain_name = domain->name;
  caller.password_expires_us = user->password_expires_us;
  return true;
}

bool fill_project(ReadTx& tx, http::Caller& caller, const std::string& id) {
  const auto project = store::projects::find(tx, id);
  if (!project || !project->enabled) return false;
  const auto domain = store::domains::find(tx, project->domain_id);
  if (!domain || !domain->enabled) return false;
  caller.project_id = project->id;
  caller.project_name = project->name;
  caller.project_domain_id = domain->id;
  caller.project_domain_name = domain->name;
  return true;
}

bool fill_domain(ReadTx& tx, http::Caller& caller, const std::string& id) {
  const auto domain = store::domains::find(tx, id);
  if (!domain || !domain->enabled) return false;
  caller.domain_id = domain->id;
  caller.domain_name = domain->name;
  return true;
}

/// The trustee acts with the roles that the trust names, as the trustor when it says so.
bool fill_trust(ReadTx& tx, http::Caller& caller, const model::Token& token, TimeUs now_us) {
  const auto trust = live_trust(tx, token.trust_id, now_us);
  if (!trust || trust->trustee_user_id != token.user_id) return false;
  if (!fill_user(tx, caller, trust->trustor_user_id)) return false;
  if (!trust->impersonation && !fill_user(tx, caller, trust->trustee_user_id)) return false;
  caller.trust_id = trust->id;
  const auto delegation = std::make_shared<http::Delegation>();
  delegation->trustor_user_id = trust->trustor_user_id;
  delegation->trustee_user_id = trust->trustee_user_id;
  delegation->impersonation = trust->impersonation;
  caller.delegation = delegation;
  if (token.project_id.empty()) return true;
  const auto roles = delegated_roles(tx, *trust);
  if (!roles) return false;
  set_roles(caller, *roles);
  return true;
}

/// The credential's roles, as far as its user still holds them.
bool fill_credential(ReadTx& tx, http::Caller& caller, const std::string& id, TimeUs now_us) {
  const auto credential = store::application_credentials::find(tx, id);
  if (!credential || credential->user_id != caller.user_id ||
      credential->project_id != caller.project_id)
    return false;
  if (credential->expires_us != 0 && credential->expires_us <= now_us) return false;
  std::vector<model::Role> roles = store::grants::with_implied(tx, credential->role_ids);
  std::erase_if(roles, [&](const model::Role& role) {
    return std::none_of(caller.roles.begin(), caller.roles.end(),
                        [&](const auto& held) { return held.first == role.id; });
  });
  set_roles(caller, roles);
  caller.application_credential_id = credential->id;
  const auto delegation = std::make_shared<http::Delegation>();
  delegation->credential_name = credential->name;
  delegation->unrestricted = credential->unrestricted;
  for (const auto& rule : credential->access_rules)
    delegation->access_rules.push_back({rule.id, rule.service, rule.method, rule.path});
  caller.delegation = delegation;
  return true;
}

/// What the user himself holds on the token's scope.
bool fill_scope(ReadTx& tx, http::Caller& caller, const model::Token& token) {
  using model::TargetKind;
  if (!token.project_id.empty()) {
    if (!fill_project(tx, caller, token.project_id)) return false;
    set_roles(caller,
              store::grants::list_roles(tx, token.user_id, TargetKind::project, token.project_id));
  } else if (!token.domain_id.empty()) {
    if (!fill_domain(tx, caller, token.domain_id)) return false;
    set_roles(caller,
              store::grants::list_roles(tx, token.user_id, TargetKind::domain, token.domain_id));
  } else if (token.is_system) {
    caller.is_system = true;
    set_roles(caller, store::grants::list_roles(tx, token.user_id, TargetKind::system, "all"));
  }
  return true;
}

}  // namespace

std::shared_ptr<const http::Caller> load_caller(ReadTx& tx, const std::string& token_hash,
                                                TimeUs now_us, TimeUs grace_us) {
  const auto token = store::tokens::find(tx, token_hash);
  if (!token || token->expires_us + grace_us <= now_us) return nullptr;
  auto caller = std::make_shared<http::Caller>();
  caller->token_hash = token_hash;
  caller->audit_id = token->audit_id;
  caller->parent_audit_id = token->parent_audit_id;
  caller->methods = words_of(token->methods);
  caller->issued_us = token->issued_us;
  caller->expires_us = token->expires_us;
  caller->oauth_token_id = token->oauth_token_id;
  if (!fill_user(tx, *caller, token->user_id) || !fill_scope(tx, *caller, *token)) return nullptr;
  if (!token->trust_id.empty() && !fill_trust(tx, *caller, *token, now_us)) return nullptr;
  if (!token->application_credential_id.empty() &&
      !fill_credential(tx, *caller, token->application_credential_id, now_us))
    return nullptr;
  if (!token->oauth_token_id.empty() &&
      !limit_to_access_token(tx, *caller, token->oauth_token_id, now_us))
    return nullptr;
  const bool scoped =
      !caller->project_id.empty() || !caller->domain_id.empty() || caller->is_system;
  return scoped && caller->roles.empty() ? nullptr : caller;
}

}  // namespace virga::identity
