// SPDX-License-Identifier: Apache-2.0
// /v3/policies: policy files that services of the cloud may fetch. This cloud does not read them.
#include "db/store/policies.h"

#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "common/error.h"
#include "common/random.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr char kPath[] = "/policies";

json::object view(const model::StoredPolicy& p) {
  json::object out = extra_view(p.extra);
  out["id"] = p.id;
  out["type"] = p.type;
  out["blob"] = p.blob;
  return out;
}

void check_policy(const json::object& in, bool is_new) {
  check(in, {{"blob", Is::text, is_new}, {"type", Is::text, is_new, 0, 255}});
}

void take_policy(const json::object& in, model::StoredPolicy& policy) {
  take(in, "blob", policy.blob);
  take(in, "type", policy.type);
  policy.extra = extra_of(in, {"blob", "type"}, policy.extra);
}

Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::object& in = member_of(body, "policy");
  check_policy(in, true);
  model::StoredPolicy policy;
  policy.id = new_hex_id();
  take_policy(in, policy);
  deps.db.write([&](WriteTx& tx) { store::policies::insert(tx, policy); });
  return member(request, 201, "policy", view(policy), kPath);
}

Response show(IdentityDeps& deps, const Request& request) {
  const auto policy =
      deps.db.read([&](ReadTx& tx) { return get_policy(tx, request.param("policy_id")); });
  return member(request, 200, "policy", view(policy), kPath);
}

Response list(IdentityDeps& deps, const Request& request) {
  json::array views;
  for (const auto& p : deps.db.read([](ReadTx& tx) { return store::policies::list(tx); }))
    if (matches(request, view(p), {"type"})) views.push_back(policy_view(request, p));
  return collection(request, "policies", std::move(views));
}

Response update(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("policy_id");
  const json::value body = request.json();
  const json::object& in = member_of(body, "policy");
  require_not_empty(in);
  check_policy(in, false);
  require_same_id(in, id);
  const auto policy = deps.db.write([&](WriteTx& tx) {
    model::StoredPolicy changed = get_policy(tx, id);
    take_policy(in, changed);
    store::policies::update(tx, changed);
    return changed;
  });
  return member(request, 200, "policy", view(policy), kPath);
}

Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::policies::erase(tx, request.param("policy_id")); });
  return http::empty_response(204);
}

}  // namespace

json::object policy_view(const Request& request, const model::StoredPolicy& policy) {
  return linked(request, view(policy), kPath);
}

model::StoredPolicy get_policy(ReadTx& tx, const std::string& id) {
  auto policy = store::policies::find(tx, id);
  if (!policy) refuse_missing("policy", id);
  return std::move(*policy);
}

void add_policy_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/policies", "identity:list_policies", bind(list));
  r.post("/identity/v3/policies", "identity:create_policy", bind(create));
  r.get("/identity/v3/policies/{policy_id}", "identity:get_policy", bind(show));
  r.patch("/identity/v3/policies/{policy_id}", "identity:update_policy", bind(update));
  r.del("/identity/v3/policies/{policy_id}", "identity:delete_policy", bind(remove));
}

}  // namespace virga::identity
