// SPDX-License-Identifier: Apache-2.0
// /v3/registered_limits: the default of each limited resource.
#include "db/store/registered_limits.h"

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

constexpr char kPath[] = "/registered_limits";

json::object view(const model::RegisteredLimit& l) {
  return {{"id", l.id},
          {"service_id", l.service_id},
          {"region_id", or_null(l.region_id)},
          {"resource_name", l.resource_name},
          {"default_limit", l.default_limit},
          {"description", or_null(l.description)}};
}

void check_limit(const json::value& value, bool is_new) {
  if (!value.is_object())
    throw Error(ErrorKind::invalid, "A registered limit is not of type 'object'");
  check(value.get_object(),
        {{"service_id", Is::id, is_new},
         {"region_id", Is::text_or_null},
         {"resource_name", Is::text, is_new, 1, 255},
         {"default_limit", Is::integer, is_new},
         {"description", Is::text_or_null}},
        Others::refused);
}

void take_limit(const json::object& in, model::RegisteredLimit& limit) {
  take(in, "service_id", limit.service_id);
  take(in, "region_id", limit.region_id);
  take(in, "resource_name", limit.resource_name);
  take(in, "default_limit", limit.default_limit);
  take(in, "description", limit.description);
}

[[noreturn]] void refuse_reference(const char* attribute) {
  throw Error(ErrorKind::invalid,
              std::string("Expecting to find ") + attribute +
                  " in registered_limit. The server could not comply with the request since it is "
                  "either malformed or otherwise incorrect. The client is assumed to be in error.");
}

void require_valid(ReadTx& tx, const model::RegisteredLimit& limit) {
  if (!store::services::find(tx, limit.service_id)) refuse_reference("service_id");
  if (!limit.region_id.empty() && !store::regions::find(tx, limit.region_id))
    refuse_reference("region_id");
  const auto same = store::registered_limits::find_of(tx, limit);
  if (same && same->id != limit.id)
    throw Error(ErrorKind::conflict,
                "Conflict occurred attempting to store registered_limit - Duplicate entry.");
}

model::RegisteredLimit get(ReadTx& tx, const std::string& id) {
  auto limit = store::registered_limits::find(tx, id);
  if (!limit) throw Error(ErrorKind::not_found, "Could not find registered limit for " + id + ".");
  return std::move(*limit);
}

/// All of the list or none.
Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::array& in = members_of(body, "registered_limits");
  for (const json::value& one : in) check_limit(one, true);
  json::array views;
  deps.db.write([&](WriteTx& tx) {
    views.clear();
    for (const json::value& one : in) {
      model::RegisteredLimit limit;
      limit.id = new_hex_id();
      take_limit(one.get_object(), limit);
      require_valid(tx, limit);
      store::registered_limits::insert(tx, limit);
      views.push_back(linked(request, view(limit), kPath));
    }
  });
  return http::json_response(201, {{"registered_limits", std::move(views)}});
}

Response show(IdentityDeps& deps, const Request& request) {
  const auto limit = deps.db.read([&](ReadTx& tx) { return get(tx, request.param("limit_id")); });
  return member(request, 200, "registered_limit", view(limit), kPath);
}

Response list(IdentityDeps& deps, const Request& request) {
  json::array views;
  for (const auto& l :
       deps.db.read([](ReadTx& tx) { return store::registered_limits::list(tx); })) {
    json::object one = view(l);
    if (matches(request, one, {"service_id", "region_id", "resource_name"}))
      views.push_back(linked(request, std::move(one), kPath));
  }
  return collection(request, "registered_limits", std::move(views));
}

void require_unused(ReadTx& tx, const std::string& id) {
  if (store::registered_limits::is_used(tx, id))
    throw Error(ErrorKind::forbidden, "Unable to update or delete registered limit " + id +
                                          " because there are project limits associated with it.");
}

Response update(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::object& in = member_of(body, "registered_limit");
  check_limit(in, false);
  const auto limit = deps.db.write([&](WriteTx& tx) {
    model::RegisteredLimit changed = get(tx, request.param("limit_id"));
    require_unused(tx, changed.id);
    take_limit(in, changed);
    require_valid(tx, changed);
    store::registered_limits::update(tx, changed);
    return changed;
  });
  return member(request, 200, "registered_limit", view(limit), kPath);
}

Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const auto limit = get(tx, request.param("limit_id"));
    require_unused(tx, limit.id);
    store::registered_limits::erase(tx, limit.id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_registered_limit_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/identity/v3/registered_limits";
  const std::string one = all + "/{limit_id}";
  r.get(all, "identity:list_registered_limits", bind(list));
  r.post(all, "identity:create_registered_limits", bind(create));
  r.get(one, "identity:get_registered_limit", bind(show));
  r.patch(one, "identity:update_registered_limit", bind(update));
  r.del(one, "identity:delete_registered_limit", bind(remove));
}

}  // namespace virga::identity
