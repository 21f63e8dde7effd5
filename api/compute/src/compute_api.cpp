// SPDX-License-Identifier: Apache-2.0
#include "api/compute/compute_api.h"

#include "api/compute/src/routes.h"
#include "common/json.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;

constexpr http::VersionRange kServed{{2, 1}, {2, 93}};

/// What clients look for first: the elder API, which is the newer one at its least version.
json::object legacy_version(const std::string& base) {
  return {{"id", "v2.0"},
          {"status", "SUPPORTED"},
          {"version", ""},
          {"min_version", ""},
          {"updated", "2011-01-21T11:33:21Z"},
          {"links", json::array{json::object{{"rel", "self"}, {"href", base + "/compute/v2/"}}}}};
}

json::object version(const std::string& base) {
  return {{"id", "v2.1"},
          {"status", "CURRENT"},
          {"version", kServed.most.text()},
          {"min_version", kServed.least.text()},
          {"updated", "2013-07-23T11:33:21Z"},
          {"links", json::array{json::object{{"rel", "self"}, {"href", base + "/compute/v2.1/"}}}}};
}

/// One version alone says more about itself.
Response whole(json::object v, const char* media_type) {
  v["links"].as_array().push_back(
      json::object{{"rel", "describedby"},
                   {"type", "text/html"},
                   {"href", "https://docs.openstack.org/api-ref/compute/"}});
  v["media-types"] = json::array{json::object{{"base", "application/json"}, {"type", media_type}}};
  return http::json_response(200, {{"version", std::move(v)}});
}

Response versions(const Request& request) {
  return http::json_response(
      200,
      {{"versions", json::array{legacy_version(request.base_url), version(request.base_url)}}});
}

Response show_legacy(const Request& request) {
  return whole(legacy_version(request.base_url),
               "application/vnd.openstack.compute+json;version=2");
}

Response show_version(const Request& request) {
  return whole(version(request.base_url), "application/vnd.openstack.compute+json;version=2.1");
}

const char* fault_name(int status) {
  switch (status) {
    case 400:
      return "badRequest";
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "itemNotFound";
    case 405:
      return "badMethod";
    case 409:
      return "conflictingRequest";
    case 413:
      return "overLimit";
    case 415:
      return "badMediaType";
    case 429:
      return "overLimit";
    case 501:
      return "notImplemented";
    case 503:
      return "serviceUnavailable";
    default:
      return "computeFault";
  }
}

/// {"itemNotFound": {...}}: the Compute API's form. 401 comes from the token check in front of it.
Response error_body(int status, const std::string& message) {
  if (status == 401) return http::identity_error(status, message);
  return http::json_response(status,
                             {{fault_name(status), {{"code", status}, {"message", message}}}});
}

}  // namespace

std::string compute_url(const Request& request) {
  return request.base_url + "/compute/v2.1";
}

void add_routes(http::Router& router, ComputeDeps& deps) {
  router.add_service({.prefix = "/compute",
                      .error_body = error_body,
                      .headers = {},
                      .versions = {.type = "compute",
                                   .path = "/compute/v2.1",
                                   .range = kServed,
                                   .legacy = "X-OpenStack-Nova-API-Version",
                                   .refusal = {}},
                      .request_id_header = "X-Compute-Request-Id",
                      .body_rule = {415, "Unsupported Content-Type"},
                      .type = "compute"});
  router.get("/compute", "public", versions);
  router.get("/compute/v2", "public", show_legacy);
  router.get("/compute/v2.1", "public", show_version);
  add_flavor_routes(router, deps);
  add_extension_routes(router, deps);
  add_image_routes(router, deps);
  add_keypair_routes(router, deps);
  add_limit_routes(router, deps);
  add_quota_class_routes(router, deps);
  add_quota_set_routes(router, deps);
  add_removed_routes(router, deps);
  add_server_routes(router, deps);
  add_server_action_routes(router, deps);
  add_console_routes(router, deps);
  add_hypervisor_routes(router, deps);
  add_service_routes(router, deps);
  add_aggregate_image_routes(router, deps);
  add_aggregate_routes(router, deps);
  add_assisted_snapshot_routes(router, deps);
  add_availability_zone_routes(router, deps);
  add_external_event_routes(router, deps);
  add_host_routes(router, deps);
  add_migration_routes(router, deps);
  add_server_group_routes(router, deps);
  add_tenant_usage_routes(router, deps);
  add_usage_audit_log_routes(router, deps);
}

}  // namespace virga::compute
