// SPDX-License-Identifier: Apache-2.0
// Which projects see a private flavor.
#include "api/compute/src/flavor_view.h"
#include "api/compute/src/projects.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/http/bind.h"
#include "common/error.h"
#include "db/store/flavors.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::Flavor;
using store::ReadTx;
using store::WriteTx;

constexpr char kAdd[] = "os_compute_api:os-flavor-access:add_tenant_access";
constexpr char kRemove[] = "os_compute_api:os-flavor-access:remove_tenant_access";

Response answer(const Flavor& flavor, const std::vector<std::string>& projects) {
  json::array views;
  for (const auto& project : projects)
    views.push_back(json::object{{"flavor_id", flavor.id}, {"tenant_id", project}});
  return http::json_response(200, {{"flavor_access", std::move(views)}});
}

Response list(ComputeDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const Flavor flavor = get_flavor(tx, request, request.param("id"));
    if (flavor.is_public)
      throw Error(ErrorKind::not_found, "Access list not available for public flavors.");
    return answer(flavor, store::flavors::list_access(tx, flavor.id));
  });
}

std::string read_project(const json::value& body, std::string_view action) {
  const Fields in = envelope(body, action);
  in.only({"tenant"});
  return text_of(in, "tenant", {1, 255});
}

Response add(ComputeDeps& deps, const Request& request, const json::value& body) {
  const std::string project = read_project(body, "addTenantAccess");
  return deps.db.write([&](WriteTx& tx) {
    require_project(tx, request, project);
    const Flavor flavor = get_flavor(tx, request, request.param("id"));
    if (flavor.is_public && at_least(request, 7))
      throw Error(ErrorKind::conflict, "Can not add access to a public flavor.");
    if (!store::flavors::add_access(tx, flavor.id, project))
      throw Error(ErrorKind::conflict, "Flavor access already exists for flavor " + flavor.id +
                                           " and project " + project + " combination.");
    return answer(flavor, store::flavors::list_access(tx, flavor.id));
  });
}

/// The project need not exist any more.
Response remove(ComputeDeps& deps, const Request& request, const json::value& body) {
  const std::string project = read_project(body, "removeTenantAccess");
  return deps.db.write([&](WriteTx& tx) {
    const Flavor flavor = get_flavor(tx, request, request.param("id"));
    if (!store::flavors::remove_access(tx, flavor.id, project))
      throw Error(ErrorKind::not_found,
                  "Flavor access not found for " + flavor.id + " / " + project + " combination.");
    return answer(flavor, store::flavors::list_access(tx, flavor.id));
  });
}

/// The route's policy is that of one action; the other has its own.
void require_policy(const Request& request, const char* policy) {
  if (!request.allows(policy))
    throw Error(ErrorKind::forbidden,
                std::string("Policy doesn't allow ") + policy + " to be performed.");
}

Response act(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  if (!body.is_object() || body.get_object().empty())
    throw Error(ErrorKind::invalid, "Malformed request body");
  const json::object& actions = body.get_object();
  if (actions.contains("addTenantAccess")) {
    require_policy(request, kAdd);
    return add(deps, request, body);
  }
  if (actions.contains("removeTenantAccess")) {
    require_policy(request, kRemove);
    return remove(deps, request, body);
  }
  throw Error(ErrorKind::invalid,
              "There is no such action: " + std::string(actions.begin()->key()).substr(0, 64));
}

}  // namespace

void add_flavor_access_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/compute/v2.1/flavors/{id}/os-flavor-access", "os_compute_api:os-flavor-access",
        bind(list));
  r.post("/compute/v2.1/flavors/{id}/action", kAdd, bind(act));
}

}  // namespace virga::compute
