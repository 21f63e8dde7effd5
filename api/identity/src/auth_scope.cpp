// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/auth_scope.h"

#include "api/identity/src/live_trust.h"
#include "common/error.h"
#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

using store::ReadTx;

bool is_open(ReadTx& tx, const std::optional<model::Project>& project) {
  if (!project || !project->enabled) return false;
  const auto domain = store::domains::find(tx, project->domain_id);
  return domain && domain->enabled;
}

std::string project_of(ReadTx& tx, const NamedPart& named) {
  std::optional<model::Project> project;
  if (named.name.empty()) {
    project = store::projects::find(tx, named.id);
  } else if (const auto domain = find_domain(tx, named.domain_id, named.domain_name)) {
    project = store::projects::find_named(tx, domain->id, named.name);
  }
  if (!is_open(tx, project)) refuse_login();
  return project->id;
}

void use_trust(ReadTx& tx, const AuthAttempt& attempt, model::Token& token) {
  const auto trust = live_trust(tx, attempt.wanted.scope.named.id, attempt.deps.clock.now_us());
  if (!trust || trust->remaining_uses == 0) refuse_login();
  if (trust->trustee_user_id != token.user_id)
    throw Error(ErrorKind::forbidden, "You are not authorized to perform the requested action.");
  token.trust_id = trust->id;
  token.project_id = trust->project_id;
  if (trust->expires_us != 0) token.expires_us = std::min(token.expires_us, trust->expires_us);
}

std::string default_project(ReadTx& tx, const std::string& user_id) {
  const auto user = store::users::find(tx, user_id);
  if (!user || user->default_project_id.empty()) return {};
  const auto project = store::projects::find(tx, user->default_project_id);
  if (!is_open(tx, project)) return {};
  const auto roles =
      store::grants::list_roles(tx, user_id, model::TargetKind::project, project->id);
  return roles.empty() ? "" : project->id;
}

}  // namespace

void set_scope(const AuthAttempt& attempt, const AuthProof& proof, model::Token& token) {
  using Kind = AuthScope::Kind;
  const AuthScope& scope = attempt.wanted.scope;
  if (!proof.application_credential_id.empty()) {
    if (scope.kind != Kind::absent)
      throw Error(ErrorKind::unauthorized,
                  "Error authenticating with application credential: Application credentials"
                  " cannot request a scope.");
    token.project_id = proof.project_id;
    return;
  }
  if (!proof.oauth_token_id.empty()) {
    token.project_id = proof.project_id;
    return;
  }
  attempt.deps.db.read([&](ReadTx& tx) {
    switch (scope.kind) {
      case Kind::absent:
        token.project_id = default_project(tx, token.user_id);
        break;
      case Kind::unscoped:
        break;
      case Kind::project:
        token.project_id = project_of(tx, scope.named);
        break;
      case Kind::domain: {
        const auto domain = find_domain(tx, scope.named.id, scope.named.name);
        if (!domain || !domain->enabled) refuse_login();
        token.domain_id = domain->id;
        break;
      }
      case Kind::system:
        token.is_system = true;
        break;
      case Kind::trust:
        use_trust(tx, attempt, token);
        break;
    }
  });
}

}  // namespace virga::identity
