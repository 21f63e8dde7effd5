// SPDX-License-Identifier: Apache-2.0
// /v3/regions: a tree, with ids that clients may choose.
#include "db/store/regions.h"

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

constexpr char kPath[] = "/regions";

json::object view(const model::Region& r) {
  json::object out = extra_view(r.extra);
  out["id"] = r.id;
  out["description"] = r.description;
  out["parent_region_id"] = or_null(r.parent_id);
  return out;
}

void check_region(const json::object& in) {
  check(in, {{"description", Is::text_or_null, false, 0, 255},
             {"id", Is::text, false, 0, 255},
             {"parent_region_id", Is::text_or_null}});
}

void take_region(const json::object& in, model::Region& region) {
  take(in, "description", region.description);
  take(in, "parent_region_id", region.parent_id);
  region.extra = extra_of(in, {"description", "parent_region_id"}, region.extra);
}

Response insert(IdentityDeps& deps, const Request& request, const json::object& in,
                const std::string& id) {
  model::Region region{.id = id};
  take_region(in, region);
  deps.db.write([&](WriteTx& tx) {
    if (store::regions::find(tx, id))
      throw Error(ErrorKind::conflict,
                  "Conflict occurred attempting to store region - Duplicate ID, " + id + ".");
    if (!region.parent_id.empty()) get_region(tx, region.parent_id);
    store::regions::insert(tx, region);
  });
  return member(request, 201, "region", view(region), kPath);
}

/// POST /v3/regions
Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::object& in = member_of(body, "region");
  check_region(in);
  const std::string id = text_of(in, "id");
  return insert(deps, request, in, id.empty() ? new_hex_id() : id);
}

/// PUT /v3/regions/{region_id}
Response create_with_id(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("region_id");
  const json::value body = request.json();
  const json::object& in = member_of(body, "region");
  check_region(in);
  if (in.contains("id") && text_of(in, "id") != id)
    throw Error(ErrorKind::invalid, "Conflicting region IDs specified: \"" + id + "\" != \"" +
                                        text_of(in, "id") + "\"");
  return insert(deps, request, in, id);
}

Response show(IdentityDeps& deps, const Request& request) {
  const auto region =
      deps.db.read([&](ReadTx& tx) { return get_region(tx, request.param("region_id")); });
  return member(request, 200, "region", view(region), kPath);
}

Response list(IdentityDeps& deps, const Request& request) {
  json::array views;
  for (const auto& r : deps.db.read([](ReadTx& tx) { return store::regions::list(tx); })) {
    json::object one = view(r);
    if (matches(request, one, {"parent_region_id"}))
      views.push_back(linked(request, std::move(one), kPath));
  }
  return collection(request, "regions", std::move(views));
}

Response update(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("region_id");
  const json::value body = request.json();
  const json::object& in = member_of(body, "region");
  require_not_empty(in);
  check_region(in);
  require_same_id(in, id);
  const auto region = deps.db.write([&](WriteTx& tx) {
    model::Region changed = get_region(tx, id);
    take_region(in, changed);
    if (!changed.parent_id.empty()) get_region(tx, changed.parent_id);
    if (!changed.parent_id.empty() && store::regions::is_within(tx, changed.parent_id, id))
      throw Error(ErrorKind::invalid, "The specified parent region " + changed.parent_id +
                                          " would create a circular region hierarchy.");
    store::regions::update(tx, changed);
    return changed;
  });
  return member(request, 200, "region", view(region), kPath);
}

Response remove(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("region_id");
  deps.db.write([&](WriteTx& tx) {
    get_region(tx, id);
    if (store::regions::has_endpoints(tx, id))
      throw Error(ErrorKind::forbidden, "Unable to delete region " + id +
                                            " because it or its child regions have associated "
                                            "endpoints.");
    store::regions::erase(tx, id);
  });
  return http::empty_response(204);
}

}  // namespace

model::Region get_region(ReadTx& tx, const std::string& id) {
  auto region = store::regions::find(tx, id);
  if (!region) refuse_missing("region", id);
  return std::move(*region);
}

void add_region_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/regions", "identity:list_regions", bind(list));
  r.post("/identity/v3/regions", "identity:create_region", bind(create));
  r.get("/identity/v3/regions/{region_id}", "identity:get_region", bind(show));
  r.put("/identity/v3/regions/{region_id}", "identity:create_region", bind(create_with_id));
  r.patch("/identity/v3/regions/{region_id}", "identity:update_region", bind(update));
  r.del("/identity/v3/regions/{region_id}", "identity:delete_region", bind(remove));
}

}  // namespace virga::identity
