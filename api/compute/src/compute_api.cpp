// SPDX-License-Identifier: Apache-2.0
#include "api/compute/compute_api.h"

#include "api/compute/src/routes.h"
#include "common/json.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;

json::object version(const std::string& base) {
  return {{"id", "v2.1"},
          {"status", "CURRENT"},
          {"version", "2.1"},
          {"min_version", "2.1"},
          {"updated", "2013-07-23T11:33:21Z"},
          {"links", json::array{json::object{{"rel", "self"}, {"href", base + "/compute/v2.1/"}}}}};
}

Response versions(const Request& request) {
  return http::json_response(200, {{"versions", json::array{version(request.base_url)}}});
}

Response show_version(const Request& request) {
  json::object v = version(request.base_url);
  v["media-types"] =
      json::array{json::object{{"base", "application/json"},
                               {"type", "application/vnd.openstack.compute+json;version=2.1"}}};
  return http::json_response(200, {{"version", std::move(v)}});
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
  router.add_service({"/compute",
                      error_body,
                      {{"OpenStack-API-Version", "compute 2.1"},
                       {"X-OpenStack-Nova-API-Version", "2.1"},
                       {"Vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version"}}});
  router.get("/compute", "public", versions);
  router.get("/compute/v2.1", "public", show_version);
  add_flavor_routes(router, deps);
  add_keypair_routes(router, deps);
  add_server_routes(router, deps);
  add_server_action_routes(router, deps);
  add_hypervisor_routes(router, deps);
  add_service_routes(router, deps);
}

}  // namespace virga::compute
