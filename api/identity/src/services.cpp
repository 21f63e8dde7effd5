// SPDX-License-Identifier: Apache-2.0
// /v3/services.
#include "db/store/services.h"

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

constexpr char kPath[] = "/services";

json::object view(const model::Service& s) {
  json::object out = extra_view(s.extra);
  out["id"] = s.id;
  out["type"] = s.type;
  out["name"] = s.name;
  out["enabled"] = s.enabled;
  return out;
}

void check_service(const json::object& in, bool is_new) {
  check(in, {{"type", Is::text, is_new, 1, 255}, {"name", Is::name}, {"enabled", Is::boolean}});
}

void take_service(const json::object& in, model::Service& service) {
  take(in, "type", service.type);
  take(in, "name", service.name);
  take(in, "enabled", service.enabled);
  service.extra = extra_of(in, {"type", "name", "enabled"}, service.extra);
}

Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::object& in = member_of(body, "service");
  check_service(in, true);
  model::Service service{.id = new_hex_id(), .type = {}};
  take_service(in, service);
  deps.db.write([&](WriteTx& tx) { store::services::insert(tx, service); });
  return member(request, 201, "service", view(service), kPath);
}

Response show(IdentityDeps& deps, const Request& request) {
  const auto service =
      deps.db.read([&](ReadTx& tx) { return get_service(tx, request.param("service_id")); });
  return member(request, 200, "service", view(service), kPath);
}

Response list(IdentityDeps& deps, const Request& request) {
  json::array views;
  for (const auto& s : deps.db.read([](ReadTx& tx) { return store::services::list(tx); })) {
    json::object one = view(s);
    if (matches(request, one, {"type", "name"}))
      views.push_back(linked(request, std::move(one), kPath));
  }
  return collection(request, "services", std::move(views));
}

Response update(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("service_id");
  const json::value body = request.json();
  const json::object& in = member_of(body, "service");
  require_not_empty(in);
  check_service(in, false);
  require_same_id(in, id);
  const auto service = deps.db.write([&](WriteTx& tx) {
    model::Service changed = get_service(tx, id);
    take_service(in, changed);
    store::services::update(tx, changed);
    return changed;
  });
  return member(request, 200, "service", view(service), kPath);
}

Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const model::Service service = get_service(tx, request.param("service_id"));
    try {
      store::services::erase(tx, service.id);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::conflict) throw;
      throw Error(ErrorKind::conflict, "Unable to delete service " + service.id +
                                           " because limits are registered for it.");
    }
  });
  return http::empty_response(204);
}

}  // namespace

model::Service get_service(ReadTx& tx, const std::string& id) {
  auto service = store::services::find(tx, id);
  if (!service) refuse_missing("service", id);
  return std::move(*service);
}

void add_service_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/services", "identity:list_services", bind(list));
  r.post("/identity/v3/services", "identity:create_service", bind(create));
  r.get("/identity/v3/services/{service_id}", "identity:get_service", bind(show));
  r.patch("/identity/v3/services/{service_id}", "identity:update_service", bind(update));
  r.del("/identity/v3/services/{service_id}", "identity:delete_service", bind(remove));
}

}  // namespace virga::identity
