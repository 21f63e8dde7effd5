// SPDX-License-Identifier: Apache-2.0
// OS-ENDPOINT-POLICY: which stored policy is for which endpoint. The nearest association counts:
// the endpoint's own, its service's in its region or a region above, its service's.
#include <algorithm>

#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "common/error.h"
#include "db/store/endpoints.h"
#include "db/store/policies.h"
#include "db/store/regions.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using model::PolicyAssociation;
using store::ReadTx;
using store::WriteTx;

std::string optional_param(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.params)
    if (key == name) return value;
  return {};
}

/// What the path names; each must be there.
PolicyAssociation named(ReadTx& tx, const Request& request) {
  PolicyAssociation a{.policy_id = get_policy(tx, request.param("policy_id")).id,
                      .endpoint_id = optional_param(request, "endpoint_id"),
                      .service_id = optional_param(request, "service_id"),
                      .region_id = optional_param(request, "region_id")};
  if (!a.endpoint_id.empty()) get_endpoint(tx, a.endpoint_id);
  if (!a.service_id.empty()) get_service(tx, a.service_id);
  if (!a.region_id.empty()) get_region(tx, a.region_id);
  return a;
}

[[noreturn]] void refuse_absent() {
  throw Error(ErrorKind::not_found, "Could not find policy association.");
}

Response check_association(IdentityDeps& deps, const Request& request) {
  deps.db.read([&](ReadTx& tx) {
    const PolicyAssociation wanted = named(tx, request);
    for (const auto& a : store::policies::list_associations(tx))
      if (a.policy_id == wanted.policy_id && a.endpoint_id == wanted.endpoint_id &&
          a.service_id == wanted.service_id && a.region_id == wanted.region_id)
        return;
    refuse_absent();
  });
  return http::empty_response(204);
}

Response associate(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::policies::associate(tx, named(tx, request)); });
  return http::empty_response(204);
}

Response dissociate(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    if (!store::policies::dissociate(tx, named(tx, request))) refuse_absent();
  });
  return http::empty_response(204);
}

bool concerns(ReadTx& tx, const PolicyAssociation& a, const model::Endpoint& e) {
  if (!a.endpoint_id.empty()) return a.endpoint_id == e.id;
  if (a.service_id != e.service_id) return false;
  return a.region_id.empty() ||
         (!e.region_id.empty() && store::regions::is_within(tx, e.region_id, a.region_id));
}

/// GET /v3/policies/{policy_id}/OS-ENDPOINT-POLICY/endpoints
Response list_endpoints(IdentityDeps& deps, const Request& request) {
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    const std::string policy = get_policy(tx, request.param("policy_id")).id;
    const auto associations = store::policies::list_associations(tx);
    for (const auto& e : store::endpoints::list(tx))
      if (std::any_of(associations.begin(), associations.end(),
                      [&](const auto& a) { return a.policy_id == policy && concerns(tx, a, e); }))
        views.push_back(endpoint_view(request, e));
  });
  return collection(request, "endpoints", std::move(views));
}

/// The id of the policy of the nearest association; "" when there is none.
std::string nearest_policy(ReadTx& tx, const model::Endpoint& e) {
  const auto associations = store::policies::list_associations(tx);
  const auto of = [&](const PolicyAssociation& like) -> std::string {
    for (const auto& a : associations)
      if (a.endpoint_id == like.endpoint_id && a.service_id == like.service_id &&
          a.region_id == like.region_id)
        return a.policy_id;
    return {};
  };
  if (auto own = of({.policy_id = {}, .endpoint_id = e.id}); !own.empty()) return own;
  for (std::string region = e.region_id; !region.empty();) {  // up the tree, which has no circles
    auto found = of({.policy_id = {}, .service_id = e.service_id, .region_id = region});
    if (!found.empty()) return found;
    region = get_region(tx, region).parent_id;
  }
  return of({.policy_id = {}, .service_id = e.service_id});
}

/// GET /v3/endpoints/{endpoint_id}/OS-ENDPOINT-POLICY/policy
Response show_policy(IdentityDeps& deps, const Request& request) {
  const auto policy = deps.db.read([&](ReadTx& tx) {
    const model::Endpoint endpoint = get_endpoint(tx, request.param("endpoint_id"));
    const std::string id = nearest_policy(tx, endpoint);
    if (id.empty())
      throw Error(ErrorKind::not_found,
                  "No policy is associated with endpoint " + endpoint.id + ".");
    return get_policy(tx, id);
  });
  json::object body;
  body["policy"] = policy_view(request, policy);
  return http::object_response(200, body);
}

}  // namespace

void add_endpoint_policy_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string top = "/identity/v3/policies/{policy_id}/OS-ENDPOINT-POLICY";
  r.get(top + "/endpoints", "identity:list_endpoints_for_policy", bind(list_endpoints));
  r.get("/identity/v3/endpoints/{endpoint_id}/OS-ENDPOINT-POLICY/policy",
        "identity:get_policy_for_endpoint", bind(show_policy));
  struct Kind {
    const char* path;
    const char* policy;
  };
  for (const Kind& kind :
       {Kind{"/endpoints/{endpoint_id}", "endpoint"}, Kind{"/services/{service_id}", "service"},
        Kind{"/services/{service_id}/regions/{region_id}", "region_and_service"}}) {
    const std::string path = top + kind.path;
    const std::string rest = std::string("_policy_association_for_") + kind.policy;
    r.get(path, "identity:check" + rest, bind(check_association));
    r.put(path, "identity:create" + rest, bind(associate));
    r.del(path, "identity:delete" + rest, bind(dissociate));
  }
}

}  // namespace virga::identity
