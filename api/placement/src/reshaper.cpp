// SPDX-License-Identifier: Apache-2.0
// Moves inventories between providers together with what is allocated of them, as one change.
#include "api/placement/src/allocation_writes.h"
#include "api/placement/src/answers.h"
#include "api/placement/src/inventory_writes.h"
#include "api/placement/src/queries.h"
#include "api/placement/src/routes.h"
#include "common/random.h"
#include "db/store/inventories.h"
#include "db/store/resource_providers.h"

namespace virga::placement {
namespace {

namespace providers = store::resource_providers;
using http::Request;
using http::Response;
using store::WriteTx;

constexpr http::ApiVersion kFirst{1, 30};

/// What a provider is to have.
struct Shape {
  std::string provider_id;
  std::int64_t generation = 0;
  model::Inventories inventories;
};

std::vector<Shape> read_shapes(const Fields& in) {
  std::vector<Shape> shapes;
  for (const auto& member : in.raw()) {
    const std::string id(member.key());
    if (id.size() != 36 || !is_uuid_like(id))
      refuse_body("'" + id.substr(0, 80) + "' does not match '^[0-9a-fA-F-]{36}$'");
    const Fields one = in.object(id);
    one.only({"resource_provider_generation", "inventories"});
    shapes.push_back({normal_uuid(id),
                      strict_integer(one, "resource_provider_generation", INT64_MIN, INT64_MAX),
                      read_inventories(one.object("inventories"))});
  }
  if (shapes.empty()) refuse_body("{} does not have enough properties");
  return shapes;
}

/// Makes what is to come, beside what there is: allocations move before anything goes.
void add_new(WriteTx& tx, const Shape& shape, TimeUs now) {
  const auto provider = providers::find(tx, shape.provider_id);
  if (!provider)
    throw Refusal(ErrorKind::invalid,
                  "Resource provider " + shape.provider_id + " in inventories not found",
                  kProviderNotFound);
  if (provider->generation != shape.generation)
    throw Refusal(ErrorKind::conflict,
                  "resource provider generation conflict for provider " + shape.provider_id +
                      ": actual: " + std::to_string(provider->generation) +
                      ", given: " + std::to_string(shape.generation),
                  kConcurrentUpdate);
  for (const auto& [name, inventory] : shape.inventories) {
    if (!knows_class(tx, name))
      throw Error(ErrorKind::invalid,
                  "malformed reshaper data: No such resource class " + name + ".");
    store::inventories::put(tx, shape.provider_id, name, inventory, now);
  }
}

Response reshape(PlacementDeps& deps, const Request& request) {
  const json::value body = body_of(request);
  const Fields in = object_of(body);
  in.only({"inventories", "allocations"});
  const auto shapes = read_shapes(in.object("inventories"));
  const auto wishes = read_wishes(request, in.object("allocations"));
  const TimeUs now = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    for (const auto& shape : shapes) add_new(tx, shape, now);
    write_allocations(tx, request, wishes, "malformed reshaper data: ", now);
    for (const auto& shape : shapes) {
      replace_inventories(tx, shape.provider_id, shape.inventories, "malformed reshaper data", now);
      providers::touch(tx, shape.provider_id);
    }
  });
  return http::empty_response(204);
}

}  // namespace

void add_reshaper_routes(http::Router& r, PlacementDeps& deps) {
  r.post("/placement/reshaper", "placement:reshaper:reshape", handler(deps, reshape),
         http::since(kFirst));
}

}  // namespace virga::placement
