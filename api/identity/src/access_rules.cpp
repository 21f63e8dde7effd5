// SPDX-License-Identifier: Apache-2.0
// The access rules of a user's application credentials.  Source: Identity API v3, "Application
// Credentials - Access Rules".
#include "db/store/access_rules.h"
#include "api/http/bind.h"
#include "api/identity/src/delegation.h"
#include "api/identity/src/list_filter.h"
#include "api/identity/src/resource.h"
#include "api/identity/src/routes.h"
#include "common/error.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

void require_owner(const Request& request) {
  request.require({{"target.user.id", request.param("user_id")}});
  refuse_foreign_delegation(request);
}

json::object view_of(const Request& request, const model::AccessRule& rule) {
  return {
      {"id", rule.id},
      {"service", rule.service},
      {"path", rule.path},
      {"method", rule.method},
      {"links", {{"self", link(request, "users/" + rule.user_id + "/access_rules/" + rule.id)}}}};
}

model::AccessRule wanted(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("access_rule_id");
  auto rule = store::access_rules::find(tx, id);
  if (!rule || rule->user_id != request.param("user_id")) throw_not_found("Access Rule", id);
  return std::move(*rule);
}

/// GET /v3/users/{user_id}/access_rules
Response list(IdentityDeps& deps, const Request& request) {
  require_owner(request);
  const ListFilter filter(request, {"service", "path", "method"});
  json::array views;
  for (const auto& rule : deps.db.read(
           [&](ReadTx& tx) { return store::access_rules::list(tx, request.param("user_id")); }))
    if (filter.accepts_text("service", rule.service) && filter.accepts_text("path", rule.path) &&
        filter.accepts_text("method", rule.method))
      views.push_back(view_of(request, rule));
  return collection_answer(request, "access_rules", std::move(views));
}

/// GET /v3/users/{user_id}/access_rules/{access_rule_id}
Response show(IdentityDeps& deps, const Request& request) {
  require_owner(request);
  const auto rule = deps.db.read([&](ReadTx& tx) { return wanted(tx, request); });
  return http::json_response(200, {{"access_rule", view_of(request, rule)}});
}

/// DELETE of the same
Response remove(IdentityDeps& deps, const Request& request) {
  require_owner(request);
  deps.db.write([&](WriteTx& tx) {
    const model::AccessRule rule = wanted(tx, request);
    if (store::access_rules::is_used(tx, rule.id))
      throw Error(ErrorKind::forbidden, "May not delete access rule in use");
    store::access_rules::erase(tx, rule.id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_access_rule_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/identity/v3/users/{user_id}/access_rules";
  r.get(all, "identity:list_access_rules", bind(list));
  r.get(all + "/{access_rule_id}", "identity:get_access_rule", bind(show));
  r.del(all + "/{access_rule_id}", "identity:delete_access_rule", bind(remove));
}

}  // namespace virga::identity
