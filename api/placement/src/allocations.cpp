// SPDX-License-Identifier: Apache-2.0
// Allocations: of a consumer, of a provider, of several consumers at once.
#include "db/store/allocations.h"

#include "api/placement/src/allocation_writes.h"
#include "api/placement/src/answers.h"
#include "api/placement/src/provider_filter.h"
#include "api/placement/src/routes.h"
#include "common/random.h"
#include "db/store/resource_providers.h"

namespace virga::placement {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr http::ApiVersion kOwners{1, 12};
constexpr http::ApiVersion kSeveral{1, 13};
constexpr http::ApiVersion kGenerations{1, 28};
constexpr http::ApiVersion kTypes{1, 38};

json::object view(const model::Resources& resources) {
  json::object v;
  for (const auto& [name, amount] : resources) v[name] = amount;
  return v;
}

/// Consumers are whatever clients say: there is none that is missing.
Response list_of_consumer(PlacementDeps& deps, const Request& request) {
  const std::string& id = request.param("consumer_uuid");
  json::object views;
  json::object body;
  deps.db.read([&](ReadTx& tx) {
    for (const auto& [provider_id, resources] : store::allocations::of_consumer(tx, id))
      views[provider_id] = json::object{
          {"resources", view(resources)},
          {"generation", store::resource_providers::find(tx, provider_id)->generation}};
    if (views.empty() || request.version < kOwners) return;
    const auto consumer = store::allocations::find_consumer(tx, id);
    body["project_id"] = consumer->project_id;
    body["user_id"] = consumer->user_id;
    if (request.version >= kGenerations) body["consumer_generation"] = consumer->generation;
    if (request.version >= kTypes)
      body["consumer_type"] = consumer->type.empty() ? "unknown" : consumer->type;
  });
  body["allocations"] = std::move(views);
  return document(request, body, deps.clock.now_us());
}

Response list_of_provider(PlacementDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const auto provider = get_provider(tx, request.param("uuid"));
    json::object views;
    for (const auto& [consumer, resources] : store::allocations::of_provider(tx, provider.id)) {
      json::object v{{"resources", view(resources)}};
      if (request.version >= kGenerations) v["consumer_generation"] = consumer.generation;
      views[consumer.id] = std::move(v);
    }
    return document(
        request,
        {{"allocations", std::move(views)}, {"resource_provider_generation", provider.generation}},
        deps.clock.now_us());
  });
}

Response put(PlacementDeps& deps, const Request& request) {
  const std::string& given = request.param("consumer_uuid");
  if (!is_uuid_like(given))
    throw Error(ErrorKind::invalid, "Malformed consumer_uuid: " + given.substr(0, 255));
  const json::value body = body_of(request);
  const ConsumerWish wish =
      read_wish(request, normal_uuid(given), object_of(body), request.version >= kGenerations);
  const TimeUs now = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    write_allocations(tx, request, {wish},
                      "Unable to allocate inventory for consumer " + wish.id + ": ", now);
  });
  return http::empty_response(204);
}

Response post(PlacementDeps& deps, const Request& request) {
  const json::value body = body_of(request);
  const auto wishes = read_wishes(request, object_of(body));
  if (wishes.empty()) refuse_body("{} does not have enough properties");
  const TimeUs now = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    write_allocations(tx, request, wishes, "Unable to allocate inventory ", now);
  });
  return http::empty_response(204);
}

Response remove(PlacementDeps& deps, const Request& request) {
  const std::string& id = request.param("consumer_uuid");
  if (!deps.db.write([&](WriteTx& tx) { return store::allocations::erase(tx, id); }))
    throw Error(ErrorKind::not_found, "No allocations for consumer '" + id + "'");
  return http::empty_response(204);
}

}  // namespace

void add_allocation_routes(http::Router& r, PlacementDeps& deps) {
  const std::string all = "/placement/allocations";
  const std::string one = all + "/{consumer_uuid}";
  r.get("/placement/resource_providers/{uuid}/allocations",
        "placement:resource_providers:allocations:list", handler(deps, list_of_provider));
  r.post(all, "placement:allocations:manage", handler(deps, post), http::since(kSeveral));
  r.get(one, "placement:allocations:list", handler(deps, list_of_consumer));
  r.put(one, "placement:allocations:update", handler(deps, put));
  r.del(one, "placement:allocations:delete", handler(deps, remove));
}

}  // namespace virga::placement
