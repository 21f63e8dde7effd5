// SPDX-License-Identifier: Apache-2.0
// Roles of users and groups on projects, on domains and on the system, also those that only what
// lies below inherits.  Source: Identity API v3, "Roles", "System Role Assignments", OS-INHERIT.
#include "db/store/grants.h"
#include "api/http/bind.h"
#include "api/identity/src/grant_party.h"
#include "api/identity/src/resource.h"
#include "api/identity/src/role_view.h"
#include "api/identity/src/routes.h"
#include "common/error.h"
#include "common/log.h"
#include "db/store/roles.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

/// A role of a domain serves the projects of that domain only, and never the system.
void refuse_foreign_role(const GrantParty& party, const model::Role& role) {
  if (role.domain_id.empty()) return;
  if (party.grant.target_kind == model::TargetKind::system)
    throw Error(ErrorKind::invalid, "Role " + role.id +
                                        " is a domain-specific role. Unable to use a"
                                        " domain-specific role in a system assignment.");
  if (party.grant.target_kind == model::TargetKind::project &&
      role.domain_id != party.target_domain_id)
    throw Error(ErrorKind::forbidden, "Project " + party.grant.target_id +
                                          " must be in the same domain as the role " + role.id +
                                          " being assigned.");
}

/// GET .../roles
Response list(IdentityDeps& deps, const Request& request) {
  const auto roles = deps.db.read([&](ReadTx& tx) {
    const GrantParty party = GrantParty::find(tx, request);
    request.require(party.facts);
    party.require_complete();
    return store::grants::list_direct(tx, party.grant);
  });
  return role_list(request, roles);
}

/// GET and HEAD .../roles/{role_id}
Response check(IdentityDeps& deps, const Request& request) {
  deps.db.read([&](ReadTx& tx) {
    const GrantParty party = GrantParty::find(tx, request);
    request.require(party.facts);
    party.require_complete();
    if (!store::grants::exists(tx, party.grant)) throw_no_grant(party.grant);
  });
  return http::empty_response(204);
}

/// PUT .../roles/{role_id}
Response create(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const GrantParty party = GrantParty::find(tx, request);
    request.require(party.facts);
    party.require_complete();
    refuse_foreign_role(party, *party.role);
    store::grants::insert(tx, party.grant);
  });
  log::info("role granted", {{"path", request.path}, {"by", request.who().user_id}});
  return http::empty_response(204);
}

/// DELETE .../roles/{role_id}: also when the user or group is no longer there.
Response revoke(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const GrantParty party = GrantParty::find(tx, request);
    request.require(party.facts);
    party.require_role_and_target();
    if (!store::grants::erase(tx, party.grant)) throw_no_grant(party.grant);
  });
  log::info("role revoked", {{"path", request.path}, {"by", request.who().user_id}});
  return http::empty_response(204);
}

/// The paths and policies of one kind of grant.
struct Family {
  std::string base;  // ".../roles"
  std::string end;   // "/inherited_to_projects" or ""
  std::string list_policy;
  std::string policy;  // after "identity:check_", "identity:create_" ...
};

void add_family(http::Router& r, IdentityDeps& deps, const Family& family) {
  const auto bind = http::binder(deps);
  const std::string one = family.base + "/{role_id}" + family.end;
  r.get(family.base + family.end, "identity:list_" + family.list_policy, bind(list));
  r.get(one, "identity:check_" + family.policy, bind(check));
  r.put(one, "identity:create_" + family.policy, bind(create));
  r.del(one, "identity:revoke_" + family.policy, bind(revoke));
}

}  // namespace

void add_grant_routes(http::Router& r, IdentityDeps& deps) {
  const std::string root = "/identity/v3";
  for (const std::string actor : {"user", "group"}) {
    const std::string holder = "/" + actor + "s/{" + actor + "_id}/roles";
    for (const std::string target : {"/projects/{project_id}", "/domains/{domain_id}"}) {
      add_family(r, deps, {root + target + holder, "", "grants", "grant"});
      add_family(
          r, deps,
          {root + "/OS-INHERIT" + target + holder, "/inherited_to_projects", "grants", "grant"});
    }
    add_family(
        r, deps,
        {root + "/system" + holder, "", "system_grants_for_" + actor, "system_grant_for_" + actor});
  }
}

}  // namespace virga::identity
