// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/grant_party.h"

#include <algorithm>

#include "api/identity/src/resource.h"
#include "api/identity/src/role_view.h"
#include "common/error.h"
#include "db/store/domains.h"
#include "db/store/groups.h"
#include "db/store/projects.h"
#include "db/store/roles.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

/// The parameter of the route, or "" when it has none of that name.
std::string named(const http::Request& request, std::string_view name) {
  const auto it = std::find_if(request.params.begin(), request.params.end(),
                               [&](const auto& param) { return param.first == name; });
  return it == request.params.end() ? "" : it->second;
}

void find_actor(store::ReadTx& tx, const http::Request& request, GrantParty& party) {
  party.grant.actor_id = named(request, "user_id");
  if (!party.grant.actor_id.empty()) {
    const auto user = store::users::find(tx, party.grant.actor_id);
    party.has_actor = user.has_value();
    if (!user) return;
    party.facts.emplace_back("target.user.id", user->id);
    party.facts.emplace_back("target.user.domain_id", user->domain_id);
    return;
  }
  party.grant.actor_kind = model::ActorKind::group;
  party.grant.actor_id = request.param("group_id");
  const auto group = store::groups::find(tx, party.grant.actor_id);
  party.has_actor = group.has_value();
  if (!group) return;
  party.facts.emplace_back("target.group.id", group->id);
  party.facts.emplace_back("target.group.domain_id", group->domain_id);
}

void find_target(store::ReadTx& tx, const http::Request& request, GrantParty& party) {
  model::Grant& grant = party.grant;
  grant.target_id = named(request, "project_id");
  if (!grant.target_id.empty()) {
    const auto project = store::projects::find(tx, grant.target_id);
    party.has_target = project.has_value();
    if (!project) return;
    party.target_domain_id = project->domain_id;
    party.facts.emplace_back("target.project.id", project->id);
    party.facts.emplace_back("target.project.domain_id", project->domain_id);
    return;
  }
  grant.target_id = named(request, "domain_id");
  if (!grant.target_id.empty()) {
    grant.target_kind = model::TargetKind::domain;
    party.has_target = store::domains::find(tx, grant.target_id).has_value();
    if (party.has_target) party.facts.emplace_back("target.domain.id", grant.target_id);
    return;
  }
  grant.target_kind = model::TargetKind::system;
  grant.target_id = "all";
  party.has_target = true;
}

}  // namespace

GrantParty GrantParty::find(store::ReadTx& tx, const http::Request& request) {
  GrantParty party;
  party.grant.inherited = request.path.ends_with("/inherited_to_projects");
  party.grant.role_id = named(request, "role_id");
  if (!party.grant.role_id.empty()) {
    party.role = store::roles::find(tx, party.grant.role_id);
    party.facts = role_facts(party.role);
  }
  find_actor(tx, request, party);
  find_target(tx, request, party);
  return party;
}

void GrantParty::require_role_and_target() const {
  if (!grant.role_id.empty() && !role) throw_not_found("role", grant.role_id);
  if (!has_target) throw_not_found(name_of(grant.target_kind), grant.target_id);
}

void GrantParty::require_complete() const {
  if (!has_actor) throw_not_found(name_of(grant.actor_kind), grant.actor_id);
  require_role_and_target();
}

void throw_no_grant(const model::Grant& grant) {
  const bool system = grant.target_kind == model::TargetKind::system;
  throw Error(ErrorKind::not_found,
              "Could not find role assignment with role: " + grant.role_id +
                  ", user or group: " + grant.actor_id +
                  ", project, domain, or system: " + (system ? "system" : grant.target_id) + ".");
}

}  // namespace virga::identity
