// SPDX-License-Identifier: Apache-2.0
#include "api/placement/placement_api.h"

#include "api/placement/src/answers.h"
#include "api/placement/src/routes.h"

namespace virga::placement {
namespace {

using http::Request;
using http::Response;

constexpr http::VersionRange kServed{{1, 0}, {1, 39}};

Response versions(PlacementDeps& deps, const Request& request) {
  return document(
      request,
      {{"versions", json::array{json::object{
                        {"id", "v" + kServed.least.text()},
                        {"max_version", kServed.most.text()},
                        {"min_version", kServed.least.text()},
                        {"status", "CURRENT"},
                        {"links", json::array{json::object{{"rel", "self"}, {"href", ""}}}}}}}},
      deps.clock.now_us());
}

std::string version_refusal(const http::Microversions&, std::string_view asked, int status) {
  const std::string what =
      status == 400 ? "Invalid microversion: " : "Unacceptable version header: ";
  return what + std::string(asked);
}

}  // namespace

void add_routes(http::Router& router, PlacementDeps& deps) {
  router.add_service(
      {.prefix = "/placement",
       .error_body = {},
       .headers = {},
       .versions = {.type = "placement",
                    .path = "/placement",
                    .range = kServed,
                    .legacy = {},
                    .refusal = version_refusal},
       .request_id_header = {},
       .body_rule = {415, "The media type %s is not supported, use application/json"},
       .fault_body = [](const http::Fault& f) { return fault(f.request, f.status, f.message); },
       .type = "placement"});
  router.get("/placement", "public", handler(deps, versions));
  add_resource_provider_routes(router, deps);
  add_inventory_routes(router, deps);
  add_usage_routes(router, deps);
  add_aggregate_routes(router, deps);
  add_resource_class_routes(router, deps);
  add_trait_routes(router, deps);
  add_provider_trait_routes(router, deps);
  add_allocation_routes(router, deps);
  add_reshaper_routes(router, deps);
  add_allocation_candidate_routes(router, deps);
}

}  // namespace virga::placement
