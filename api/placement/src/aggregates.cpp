// SPDX-License-Identifier: Apache-2.0
// The aggregates that providers belong to: ids that mean something to others.
#include "api/placement/src/answers.h"
#include "api/placement/src/bodies.h"
#include "api/placement/src/provider_filter.h"
#include "api/placement/src/routes.h"
#include "common/random.h"
#include "db/store/resource_providers.h"

namespace virga::placement {
namespace {

namespace providers = store::resource_providers;
using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr http::ApiVersion kFirst{1, 1};
constexpr http::ApiVersion kGenerations{1, 19};

Response shown(const Request& request, const std::set<std::string>& ids, std::int64_t generation,
               TimeUs now) {
  json::array views;
  for (const auto& id : ids) views.emplace_back(id);
  json::object body{{"aggregates", std::move(views)}};
  if (request.version >= kGenerations) body["resource_provider_generation"] = generation;
  return document(request, body, now);
}

Response list(PlacementDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const auto provider = get_provider(tx, request.param("uuid"));
    return shown(request, providers::aggregates_of(tx, provider.id), provider.generation,
                 deps.clock.now_us());
  });
}

std::set<std::string> read_ids(const json::array& values) {
  std::set<std::string> ids;
  for (const auto& value : values) {
    const std::string text = value.is_string() ? std::string(value.get_string()) : "";
    if (!is_uuid_like(text)) refuse_body("'" + text.substr(0, 80) + "' is not a 'uuid'");
    if (!ids.insert(normal_uuid(text)).second) refuse_body("the list has non-unique elements");
  }
  return ids;
}

Response replace(PlacementDeps& deps, const Request& request) {
  const bool guarded = request.version >= kGenerations;
  const json::value body = body_of(request);
  std::set<std::string> ids;
  std::int64_t generation = 0;
  if (guarded) {
    const Fields in = object_of(body);
    in.only({"aggregates", "resource_provider_generation"});
    ids = read_ids(in.array("aggregates"));
    generation = strict_integer(in, "resource_provider_generation", INT64_MIN, INT64_MAX);
  } else {
    if (!body.is_array()) refuse_body("the body is not of type 'array'");
    ids = read_ids(body.get_array());
  }
  const std::int64_t now_at = deps.db.write([&](WriteTx& tx) {
    const auto provider = get_provider(tx, request.param("uuid"));
    if (guarded && provider.generation != generation)
      throw Refusal(ErrorKind::conflict,
                    "Resource provider's generation already changed. Please update the generation "
                    "and try again.",
                    kConcurrentUpdate);
    providers::set_aggregates(tx, provider.id, ids);
    if (guarded) providers::touch(tx, provider.id);
    return provider.generation + (guarded ? 1 : 0);
  });
  return shown(request, ids, now_at, deps.clock.now_us());
}

}  // namespace

void add_aggregate_routes(http::Router& r, PlacementDeps& deps) {
  const std::string path = "/placement/resource_providers/{uuid}/aggregates";
  r.get(path, "placement:resource_providers:aggregates:list", handler(deps, list),
        http::since(kFirst));
  r.put(path, "placement:resource_providers:aggregates:update", handler(deps, replace),
        http::since(kFirst));
}

}  // namespace virga::placement
