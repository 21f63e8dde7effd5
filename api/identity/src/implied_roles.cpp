// SPDX-License-Identifier: Apache-2.0
// Roles that bring others with them.  Source: Identity API v3, "Roles", implied roles.
#include <map>

#include "api/http/bind.h"
#include "api/identity/src/resource.h"
#include "api/identity/src/role_view.h"
#include "api/identity/src/routes.h"
#include "common/error.h"
#include "db/store/roles.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

model::Role role_of(ReadTx& tx, const Request& request, const char* parameter) {
  auto role = store::roles::find(tx, request.param(parameter));
  if (!role) throw_not_found("role", request.param(parameter));
  return std::move(*role);
}

/// The two roles of an implication that is there.
std::pair<model::Role, model::Role> implication(ReadTx& tx, const Request& request) {
  std::pair<model::Role, model::Role> pair{role_of(tx, request, "role_id"),
                                           role_of(tx, request, "implied_role_id")};
  if (!store::roles::implies(tx, pair.first.id, pair.second.id))
    throw Error(ErrorKind::not_found, pair.first.id + " does not imply " + pair.second.id + ".");
  return pair;
}

Response inference(int status, const Request& request,
                   const std::pair<model::Role, model::Role>& pair) {
  const std::string path = "roles/" + pair.first.id + "/implies/" + pair.second.id;
  return http::json_response(status, {{"role_inference",
                                       {{"prior_role", short_role(request, pair.first)},
                                        {"implies", short_role(request, pair.second)}}},
                                      {"links", {{"self", link(request, path)}}}});
}

/// GET /v3/roles/{role_id}/implies
Response list(IdentityDeps& deps, const Request& request) {
  model::Role prior;
  json::array implied;
  deps.db.read([&](ReadTx& tx) {
    prior = role_of(tx, request, "role_id");
    for (const auto& role : store::roles::list_implied(tx, prior.id))
      implied.push_back(short_role(request, role));
  });
  return http::json_response(
      200, {{"role_inference",
             {{"prior_role", short_role(request, prior)}, {"implies", std::move(implied)}}},
            {"links", {{"self", link(request, "roles/" + prior.id + "/implies")}}}});
}

/// GET /v3/roles/{role_id}/implies/{implied_role_id}
Response show(IdentityDeps& deps, const Request& request) {
  return inference(200, request,
                   deps.db.read([&](ReadTx& tx) { return implication(tx, request); }));
}

/// HEAD of the same: it has no body to speak of, and so another status.
Response check(IdentityDeps& deps, const Request& request) {
  deps.db.read([&](ReadTx& tx) { implication(tx, request); });
  return http::empty_response(204);
}

[[noreturn]] void refuse_implied(const std::string& why) {
  throw Error(ErrorKind::forbidden, why);
}

/// PUT /v3/roles/{role_id}/implies/{implied_role_id}
Response create(IdentityDeps& deps, const Request& request) {
  const auto pair = deps.db.write([&](WriteTx& tx) {
    std::pair<model::Role, model::Role> roles{role_of(tx, request, "role_id"),
                                              role_of(tx, request, "implied_role_id")};
    const auto& [prior, implied] = roles;
    if (implied.name == "admin") refuse_implied(implied.id + " cannot be an implied roles.");
    if (prior.domain_id.empty() && !implied.domain_id.empty())
      refuse_implied("Global role cannot imply a domain-specific role");
    if (store::roles::implies(tx, prior.id, implied.id))
      throw Error(ErrorKind::conflict,
                  "Conflict occurred attempting to store implied_role - Duplicate entry.");
    store::roles::imply(tx, prior.id, implied.id);
    return roles;
  });
  return inference(201, request, pair);
}

/// DELETE /v3/roles/{role_id}/implies/{implied_role_id}
Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const auto pair = implication(tx, request);
    store::roles::unimply(tx, pair.first.id, pair.second.id);
  });
  return http::empty_response(204);
}

/// GET /v3/role_inferences
Response list_inferences(IdentityDeps& deps, const Request& request) {
  std::map<std::string, model::Role> roles;
  std::map<std::string, json::array> implied;  // by prior role
  deps.db.read([&](ReadTx& tx) {
    for (auto& role : store::roles::list_all(tx)) roles.emplace(role.id, role);
    for (const auto& [prior, id] : store::roles::list_implications(tx))
      implied[prior].push_back(short_role(request, roles.at(id)));
  });
  json::array inferences;
  for (auto& [prior, views] : implied)
    inferences.push_back(json::object{{"prior_role", short_role(request, roles.at(prior))},
                                      {"implies", std::move(views)}});
  return http::json_response(200, {{"role_inferences", std::move(inferences)}});
}

}  // namespace

void add_implied_role_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/identity/v3/roles/{role_id}/implies";
  const std::string one = all + "/{implied_role_id}";
  r.get(all, "identity:list_implied_roles", bind(list));
  r.get(one, "identity:get_implied_role", bind(show));
  r.head(one, "identity:check_implied_role", bind(check));
  r.put(one, "identity:create_implied_role", bind(create));
  r.del(one, "identity:delete_implied_role", bind(remove));
  r.get("/identity/v3/role_inferences", "identity:list_role_inference_rules",
        bind(list_inferences));
}

}  // namespace virga::identity
