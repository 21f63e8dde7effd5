// SPDX-License-Identifier: Apache-2.0
// The traits of providers.
#include "api/placement/src/answers.h"
#include "api/placement/src/bodies.h"
#include "api/placement/src/provider_filter.h"
#include "api/placement/src/routes.h"
#include "db/store/resource_providers.h"

namespace virga::placement {
namespace {

namespace providers = store::resource_providers;
using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr http::ApiVersion kFirst{1, 6};

Response shown(const Request& request, const std::set<std::string>& traits, std::int64_t generation,
               TimeUs now) {
  json::array views;
  for (const auto& name : traits) views.emplace_back(name);
  return document(
      request, {{"traits", std::move(views)}, {"resource_provider_generation", generation}}, now);
}

Response list(PlacementDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const auto provider = get_provider(tx, request.param("uuid"));
    return shown(request, providers::traits_of(tx, provider.id), provider.generation,
                 deps.clock.now_us());
  });
}

Response replace(PlacementDeps& deps, const Request& request) {
  const json::value body = body_of(request);
  const Fields in = object_of(body);
  in.only({"traits", "resource_provider_generation"});
  std::set<std::string> traits;
  for (const auto& value : in.array("traits")) {
    if (!value.is_string() || value.get_string().empty() || value.get_string().size() > 255)
      refuse_body("a trait is not a string of 1 to 255 characters");
    traits.emplace(value.get_string());
  }
  const std::int64_t generation =
      strict_integer(in, "resource_provider_generation", INT64_MIN, INT64_MAX);
  deps.db.write([&](WriteTx& tx) {
    const auto provider = get_provider(tx, request.param("uuid"));
    if (provider.generation != generation)
      throw Refusal(ErrorKind::conflict,
                    "Resource provider's generation already changed. Please update the generation "
                    "and try again.",
                    kConcurrentUpdate);
    for (const auto& name : traits)
      if (!knows_trait(tx, name)) throw Error(ErrorKind::invalid, "No such trait " + name);
    providers::set_traits(tx, provider.id, traits);
    providers::touch(tx, provider.id);
  });
  return shown(request, traits, generation + 1, deps.clock.now_us());
}

Response remove(PlacementDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const auto provider = get_provider(tx, request.param("uuid"));
    providers::set_traits(tx, provider.id, {});
    providers::touch(tx, provider.id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_provider_trait_routes(http::Router& r, PlacementDeps& deps) {
  const auto since = http::since(kFirst);
  const std::string path = "/placement/resource_providers/{uuid}/traits";
  r.get(path, "placement:resource_providers:traits:list", handler(deps, list), since);
  r.put(path, "placement:resource_providers:traits:update", handler(deps, replace), since);
  r.del(path, "placement:resource_providers:traits:delete", handler(deps, remove), since);
}

}  // namespace virga::placement
