// SPDX-License-Identifier: Apache-2.0
// Roles, of the whole cloud and of domains.  Source: Identity API v3, "Roles".
#include "db/store/roles.h"
#include "api/http/bind.h"
#include "api/identity/src/input.h"
#include "api/identity/src/list_filter.h"
#include "api/identity/src/resource.h"
#include "api/identity/src/role_view.h"
#include "api/identity/src/routes.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/domains.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

/// @throws Error{forbidden} unless the caller may use a policy beside that of the route
void also_require(const Request& request, const std::string& policy,
                  const http::Target& target = {}) {
  if (!request.allows(policy, target))
    throw Error(ErrorKind::forbidden,
                "You are not authorized to perform the requested action: " + policy + ".");
}

/// A role of a domain has a policy of its own beside that of the route.
void check(const Request& request, const std::optional<model::Role>& role,
           const char* domain_policy) {
  request.require(role_facts(role));
  if (role && !role->domain_id.empty()) also_require(request, domain_policy, role_facts(role));
}

model::Role wanted(ReadTx& tx, const Request& request, const char* domain_policy) {
  auto role = store::roles::find(tx, request.param("role_id"));
  check(request, role, domain_policy);
  if (!role) throw_not_found("role", request.param("role_id"));
  return std::move(*role);
}

void refuse_duplicate(ReadTx& tx, const model::Role& role) {
  const auto other = store::roles::find_named(tx, role.name, role.domain_id);
  if (other && other->id != role.id) throw_duplicate("role", role.name, role.domain_id);
}

/// GET /v3/roles
Response list(IdentityDeps& deps, const Request& request) {
  const std::string domain_id = request.parameter("domain_id").value_or("");
  if (!domain_id.empty()) also_require(request, "identity:list_domain_roles");
  const ListFilter filter(request, {"name"});
  auto roles = deps.db.read([&](ReadTx& tx) { return store::roles::list(tx, domain_id); });
  std::erase_if(roles,
                [&](const model::Role& role) { return !filter.accepts_text("name", role.name); });
  return role_list(request, roles);
}

/// POST /v3/roles
Response create(IdentityDeps& deps, const Request& request) {
  const Input in(request, "role", true);
  model::Role role;
  role.id = new_hex_id();
  role.domain_id = in.optional_text("domain_id", kNullableId).value_or("");
  if (!role.domain_id.empty()) also_require(request, "identity:create_domain_role");
  role.name = in.name("name");
  role.description = in.optional_text("description", kText).value_or("");
  role.options = merged_options("{}", in.options({"immutable"}));
  role.extra = merged_extra("{}", in.members(), {"name", "description", "domain_id", "options"});
  deps.db.write([&](WriteTx& tx) {
    if (!role.domain_id.empty() && !store::domains::find(tx, role.domain_id))
      throw_not_found("domain", role.domain_id);
    refuse_duplicate(tx, role);
    store::roles::insert(tx, role);
  });
  return resource_answer(201, request, "role", role_view(role));
}

/// GET /v3/roles/{role_id}
Response show(IdentityDeps& deps, const Request& request) {
  const auto role =
      deps.db.read([&](ReadTx& tx) { return wanted(tx, request, "identity:get_domain_role"); });
  return resource_answer(200, request, "role", role_view(role));
}

/// PATCH /v3/roles/{role_id}
Response update(IdentityDeps& deps, const Request& request) {
  const Input in(request, "role");
  const auto role = deps.db.write([&](WriteTx& tx) {
    model::Role changed = wanted(tx, request, "identity:update_domain_role");
    in.require_any();
    in.require_id(changed.id);
    refuse_immutable_update("role", changed.id, changed.options, in.members());
    const auto domain_id = in.optional_text("domain_id", kNullableId);
    if (domain_id && *domain_id != changed.domain_id)
      throw Error(ErrorKind::invalid, "Update of `domain_id` is not allowed.");
    if (const auto name = in.optional_name("name")) changed.name = *name;
    if (const auto text = in.optional_text("description", kText)) changed.description = *text;
    changed.options = merged_options(changed.options, in.options({"immutable"}));
    changed.extra =
        merged_extra(changed.extra, in.members(), {"name", "description", "domain_id", "options"});
    refuse_duplicate(tx, changed);
    store::roles::update(tx, changed);
    return changed;
  });
  return resource_answer(200, request, "role", role_view(role));
}

/// DELETE /v3/roles/{role_id}
Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const model::Role role = wanted(tx, request, "identity:delete_domain_role");
    refuse_immutable_delete("role", role.id, role.options);
    store::roles::erase(tx, role.id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_role_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/roles", "identity:list_roles", bind(list));
  r.post("/identity/v3/roles", "identity:create_role", bind(create));
  r.get("/identity/v3/roles/{role_id}", "identity:get_role", bind(show));
  r.patch("/identity/v3/roles/{role_id}", "identity:update_role", bind(update));
  r.del("/identity/v3/roles/{role_id}", "identity:delete_role", bind(remove));
}

}  // namespace virga::identity
