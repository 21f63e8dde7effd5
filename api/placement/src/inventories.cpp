// SPDX-License-Identifier: Apache-2.0
// What providers have, as a whole and class by class. Each change raises the provider's generation.
#include "db/store/inventories.h"

#include <algorithm>

#include "api/placement/src/answers.h"
#include "api/placement/src/bodies.h"
#include "api/placement/src/inventory_writes.h"
#include "api/placement/src/provider_filter.h"
#include "api/placement/src/routes.h"
#include "db/store/resource_providers.h"

namespace virga::placement {
namespace {

namespace providers = store::resource_providers;
using http::Request;
using http::Response;
using model::Inventory;
using store::ReadTx;
using store::WriteTx;

constexpr http::ApiVersion kReservedMayBeAll{1, 26};
constexpr http::ApiVersion kDeletesAll{1, 5};

json::object view(const Inventory& i) {
  return {{"total", i.total},         {"reserved", i.reserved},
          {"min_unit", i.min_unit},   {"max_unit", i.max_unit},
          {"step_size", i.step_size}, {"allocation_ratio", static_cast<double>(i.ratio) / 1e6}};
}

Response shown_all(const Request& request, std::int64_t generation,
                   const model::Inventories& inventories, TimeUs now) {
  json::object views;
  TimeUs changed = 0;
  for (const auto& [name, inventory] : inventories) {
    views[name] = view(inventory);
    changed = std::max(changed, inventory.updated_us);
  }
  return document(request,
                  {{"resource_provider_generation", generation}, {"inventories", std::move(views)}},
                  changed == 0 ? now : changed);
}

Response shown_one(const Request& request, std::int64_t generation, const Inventory& inventory,
                   int status = 200) {
  json::object v = view(inventory);
  v["resource_provider_generation"] = generation;
  return document(request, v, inventory.updated_us, status);
}

void require_generation(const model::ResourceProvider& provider, std::int64_t generation) {
  if (provider.generation != generation)
    throw Refusal(ErrorKind::conflict, "resource provider generation conflict", kConcurrentUpdate);
}

Response list(PlacementDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const auto provider = get_provider(tx, request.param("uuid"));
    return shown_all(request, provider.generation, store::inventories::of_provider(tx, provider.id),
                     deps.clock.now_us());
  });
}

Response show(PlacementDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const auto provider = get_provider(tx, request.param("uuid"));
    const std::string& name = request.param("resource_class");
    const auto found = store::inventories::find(tx, provider.id, name);
    if (!found)
      throw Error(ErrorKind::not_found, "No inventory of class " + name + " for " + provider.id);
    return shown_one(request, provider.generation, *found);
  });
}

Response create(PlacementDeps& deps, const Request& request) {
  const json::value body = body_of(request);
  const Fields in = object_of(body);
  in.only({"resource_provider_generation", "resource_class", "total", "reserved", "min_unit",
           "max_unit", "step_size", "allocation_ratio"});
  const std::string name = in.string("resource_class", {1, 255});
  if (!is_symbol(name)) refuse_body("'" + name + "' does not match '^[A-Z0-9_]+$'");
  Inventory inventory = read_inventory(in);
  inventory.updated_us = deps.clock.now_us();
  const std::string& id = request.param("uuid");
  const std::string what = "Unable to create inventory for resource provider " + id + ": ";
  const std::int64_t generation = deps.db.write([&](WriteTx& tx) {
    const auto provider = get_provider(tx, id);
    require_capacity(request, what, id, name, inventory);
    if (!knows_class(tx, name))
      throw Error(ErrorKind::invalid, what + "No such resource class " + name + ".");
    if (store::inventories::find(tx, id, name))
      throw Refusal(ErrorKind::conflict,
                    "Update conflict: The provider has an inventory of class " + name + ".",
                    kConcurrentUpdate);
    store::inventories::put(tx, id, name, inventory, inventory.updated_us);
    providers::touch(tx, id);
    return provider.generation + 1;
  });
  Response response = shown_one(request, generation, inventory, 201);
  response.headers.emplace_back("Location", request.base_url + "/placement/resource_providers/" +
                                                id + "/inventories/" + name);
  return response;
}

Response replace(PlacementDeps& deps, const Request& request) {
  const json::value body = body_of(request);
  const Fields in = object_of(body);
  in.only({"resource_provider_generation", "inventories"});
  const std::int64_t generation =
      strict_integer(in, "resource_provider_generation", INT64_MIN, INT64_MAX);
  const model::Inventories wanted = read_inventories(in.object("inventories"));
  const std::string& id = request.param("uuid");
  const TimeUs now = deps.clock.now_us();
  return deps.db.write([&](WriteTx& tx) {
    require_generation(get_provider(tx, id), generation);
    for (const auto& [name, inventory] : wanted)
      require_capacity(request, "Unable to update inventory for resource provider " + id + ": ", id,
                       name, inventory);
    replace_inventories(tx, id, wanted, "Unknown resource class in inventory", now);
    providers::touch(tx, id);
    return shown_all(request, generation + 1, store::inventories::of_provider(tx, id), now);
  });
}

Response update(PlacementDeps& deps, const Request& request) {
  const json::value body = body_of(request);
  const Fields in = object_of(body);
  in.only({"resource_provider_generation", "total", "reserved", "min_unit", "max_unit", "step_size",
           "allocation_ratio"});
  Inventory inventory = read_inventory(in);
  const std::int64_t generation =
      strict_integer(in, "resource_provider_generation", INT64_MIN, INT64_MAX);
  inventory.updated_us = deps.clock.now_us();
  const std::string& id = request.param("uuid");
  const std::string& name = request.param("resource_class");
  deps.db.write([&](WriteTx& tx) {
    require_generation(get_provider(tx, id), generation);
    require_capacity(request, "Unable to update inventory for resource provider " + id + ": ", id,
                     name, inventory);
    if (!store::inventories::find(tx, id, name))
      throw Error(ErrorKind::invalid,
                  "No inventory record with resource class for resource provider " + id +
                      ": No inventory of class " + name + " found.");
    store::inventories::put(tx, id, name, inventory, inventory.updated_us);
    providers::touch(tx, id);
  });
  return shown_one(request, generation + 1, inventory);
}

Response remove(PlacementDeps& deps, const Request& request) {
  const std::string& id = request.param("uuid");
  const std::string& name = request.param("resource_class");
  deps.db.write([&](WriteTx& tx) {
    get_provider(tx, id);
    const auto found = store::inventories::find(tx, id, name);
    if (!found)
      throw Error(ErrorKind::not_found, "No inventory of class " + name + " found for delete");
    if (found->used > 0)
      throw Refusal(ErrorKind::conflict,
                    "Unable to delete inventory of class " + name + ": Inventory for '" + name +
                        "' on resource provider '" + id + "' in use.",
                    kConcurrentUpdate);
    store::inventories::erase(tx, id, name);
    providers::touch(tx, id);
  });
  return http::empty_response(204);
}

Response remove_all(PlacementDeps& deps, const Request& request) {
  const std::string& id = request.param("uuid");
  deps.db.write([&](WriteTx& tx) {
    get_provider(tx, id);
    replace_inventories(tx, id, {}, "", deps.clock.now_us());
    providers::touch(tx, id);
  });
  return http::empty_response(204);
}

Response refuse_method(PlacementDeps&, const Request& request) {
  return fault(request, 405, "");
}

}  // namespace

void require_capacity(const Request& request, const std::string& what,
                      const std::string& provider_id, const std::string& resource_class,
                      const Inventory& inventory) {
  const bool may_be_all = request.version >= kReservedMayBeAll;
  const double capacity = static_cast<double>(inventory.total - inventory.reserved) *
                          static_cast<double>(inventory.ratio);
  if (capacity > 0 || (may_be_all && capacity == 0)) return;
  throw Error(ErrorKind::invalid, what + "Invalid inventory for '" + resource_class +
                                      "' on resource provider '" + provider_id +
                                      "'. The reserved value is greater than " +
                                      (may_be_all ? "total." : "or equal to total."));
}

void replace_inventories(WriteTx& tx, const std::string& provider_id,
                         const model::Inventories& wanted, const std::string& what, TimeUs now_us) {
  for (const auto& [name, inventory] : wanted)
    if (!knows_class(tx, name))
      throw Error(ErrorKind::invalid, what + " for resource provider " + provider_id +
                                          ": No such resource class " + name + ".");
  for (const auto& [name, inventory] : store::inventories::of_provider(tx, provider_id)) {
    if (wanted.contains(name)) continue;
    if (inventory.used > 0)
      throw Refusal(ErrorKind::conflict,
                    "update conflict: Inventory for '" + name + "' on resource provider '" +
                        provider_id + "' in use.",
                    kInventoryInUse);
    store::inventories::erase(tx, provider_id, name);
  }
  for (const auto& [name, inventory] : wanted)
    store::inventories::put(tx, provider_id, name, inventory, now_us);
}

void add_inventory_routes(http::Router& r, PlacementDeps& deps) {
  const std::string all = "/placement/resource_providers/{uuid}/inventories";
  const std::string one = all + "/{resource_class}";
  const std::string policy = "placement:resource_providers:inventories:";
  r.get(all, policy + "list", handler(deps, list));
  r.post(all, policy + "create", handler(deps, create));
  r.put(all, policy + "update", handler(deps, replace));
  r.del(all, policy + "delete", handler(deps, remove_all), http::since(kDeletesAll));
  r.del(all, policy + "delete", handler(deps, refuse_method), http::until({1, 4}));
  r.get(one, policy + "show", handler(deps, show));
  r.put(one, policy + "update", handler(deps, update));
  r.del(one, policy + "delete", handler(deps, remove));
}

}  // namespace virga::placement
