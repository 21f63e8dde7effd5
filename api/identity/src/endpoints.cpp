// SPDX-License-Identifier: Apache-2.0
// /v3/endpoints. Those of this cloud show the URL under which the client reached us; setting
// another URL makes them ordinary.
#include "db/store/endpoints.h"

#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/regions.h"
#include "db/store/services.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr char kPath[] = "/endpoints";
constexpr std::size_t kMaxUrl = 225;  // as in the API's schema

void check_url(const std::string& url) {
  const std::size_t colon = url.find(':');
  const bool has_scheme =
      colon != std::string::npos && colon > 0 && colon + 1 < url.size() &&
      url.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-") ==
          colon;
  if (!has_scheme)
    throw Error(ErrorKind::invalid, "Invalid input for field 'url': '" + url +
                                        "' does not match '^[a-zA-Z0-9+.-]+:.+'");
  if (!is_endpoint_url(url))
    throw Error(ErrorKind::invalid, "Cannot create an endpoint with an invalid URL: " + url + ".");
}

void check_endpoint(const json::object& in, bool is_new) {
  check(in, {{"interface", Is::text, is_new},
             {"service_id", Is::text, is_new},
             {"url", Is::text, is_new, 0, kMaxUrl},
             {"region_id", Is::text, false, 0, 255},
             {"region", Is::text, false, 0, 255},
             {"enabled", Is::boolean}});
  if (in.contains("interface")) {
    const std::string interface = text_of(in, "interface");
    if (interface != "public" && interface != "internal" && interface != "admin")
      throw Error(ErrorKind::invalid, "Invalid input for field 'interface': '" +
                                          interface.substr(0, 64) +
                                          "' is not one of ['admin', 'internal', 'public']");
  }
  if (in.contains("url")) check_url(text_of(in, "url"));
}

void take_endpoint(const Request& request, const json::object& in, model::Endpoint& e) {
  take(in, "interface", e.interface);
  take(in, "service_id", e.service_id);
  take(in, "enabled", e.enabled);
  take(in, "region", e.region_id);
  take(in, "region_id", e.region_id);
  const bool same_url = !e.own_path.empty() && text_of(in, "url") == request.base_url + e.own_path;
  if (in.contains("url") && !same_url) {
    e.url = text_of(in, "url");
    e.own_path.clear();
  }
  e.extra =
      extra_of(in, {"interface", "service_id", "enabled", "region", "region_id", "url"}, e.extra);
}

[[noreturn]] void refuse_reference(const char* attribute, const char* table) {
  throw Error(ErrorKind::invalid, std::string("Expecting to find ") + attribute + " in " + table +
                                      ". The server could not comply with the request since it is "
                                      "either malformed or otherwise incorrect. The client is "
                                      "assumed to be in error.");
}

/// The region that "region" names is made when it is not there, the one of "region_id" is not.
void require_references(WriteTx& tx, const json::object& in, const model::Endpoint& e) {
  if (!e.region_id.empty() && !store::regions::find(tx, e.region_id)) {
    if (in.contains("region_id")) refuse_reference("endpoint region_id", "region table");
    store::regions::insert(tx, {.id = e.region_id});
  }
  if (!store::services::find(tx, e.service_id))
    refuse_reference("endpoint service_id", "service table");
}

Response answer(const Request& request, int status, const model::Endpoint& e) {
  json::object body;
  body["endpoint"] = endpoint_view(request, e);
  return http::object_response(status, body);
}

Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::object& in = member_of(body, "endpoint");
  check_endpoint(in, true);
  model::Endpoint endpoint;
  endpoint.id = new_hex_id();
  take_endpoint(request, in, endpoint);
  deps.db.write([&](WriteTx& tx) {
    require_references(tx, in, endpoint);
    store::endpoints::insert(tx, endpoint);
  });
  return answer(request, 201, endpoint);
}

Response show(IdentityDeps& deps, const Request& request) {
  return answer(request, 200, deps.db.read([&](ReadTx& tx) {
    return get_endpoint(tx, request.param("endpoint_id"));
  }));
}

Response list(IdentityDeps& deps, const Request& request) {
  json::array views;
  for (const auto& e : deps.db.read([](ReadTx& tx) { return store::endpoints::list(tx); })) {
    json::object one = endpoint_view(request, e);
    if (matches(request, one, {"interface", "service_id", "region_id"}))
      views.push_back(std::move(one));
  }
  return collection(request, "endpoints", std::move(views));
}

Response update(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("endpoint_id");
  const json::value body = request.json();
  const json::object& in = member_of(body, "endpoint");
  require_not_empty(in);
  check_endpoint(in, false);
  require_same_id(in, id);
  const auto endpoint = deps.db.write([&](WriteTx& tx) {
    model::Endpoint changed = get_endpoint(tx, id);
    take_endpoint(request, in, changed);
    require_references(tx, in, changed);
    store::endpoints::update(tx, changed);
    return changed;
  });
  return answer(request, 200, endpoint);
}

Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::endpoints::erase(tx, request.param("endpoint_id")); });
  return http::empty_response(204);
}

}  // namespace

json::object endpoint_view(const Request& request, const model::Endpoint& e) {
  json::object out = extra_view(e.extra);
  out["id"] = e.id;
  out["interface"] = e.interface;
  out["service_id"] = e.service_id;
  out["region"] = or_null(e.region_id);
  out["region_id"] = or_null(e.region_id);
  out["url"] = e.own_path.empty() ? e.url : request.base_url + e.own_path;
  out["enabled"] = e.enabled;
  return linked(request, std::move(out), kPath);
}

model::Endpoint get_endpoint(ReadTx& tx, const std::string& id) {
  auto endpoint = store::endpoints::find(tx, id);
  if (!endpoint) refuse_missing("endpoint", id);
  return std::move(*endpoint);
}

void add_endpoint_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/endpoints", "identity:list_endpoints", bind(list));
  r.post("/identity/v3/endpoints", "identity:create_endpoint", bind(create));
  r.get("/identity/v3/endpoints/{endpoint_id}", "identity:get_endpoint", bind(show));
  r.patch("/identity/v3/endpoints/{endpoint_id}", "identity:update_endpoint", bind(update));
  r.del("/identity/v3/endpoints/{endpoint_id}", "identity:delete_endpoint", bind(remove));
}

}  // namespace virga::identity
