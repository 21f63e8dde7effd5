// SPDX-License-Identifier: Apache-2.0
#include "api/network/network_api.h"

#include "api/network/src/routes.h"
#include "common/json.h"

namespace virga::network {
namespace {

using http::Request;
using http::Response;

Response versions(const Request& request) {
  return http::json_response(
      200,
      {{"versions",
        json::array{json::object{
            {"id", "v2.0"},
            {"status", "CURRENT"},
            {"links", json::array{json::object{
                          {"rel", "self"}, {"href", request.base_url + "/networking/v2.0/"}}}}}}}});
}

Response resources(const Request& request) {
  json::array list;
  for (const char* name : {"network", "subnet", "port"}) {
    const std::string collection = std::string(name) + "s";
    list.push_back(json::object{
        {"name", name},
        {"collection", collection},
        {"links",
         json::array{json::object{
             {"rel", "self"}, {"href", request.base_url + "/networking/v2.0/" + collection}}}}});
  }
  return http::json_response(200, {{"resources", std::move(list)}});
}

json::object extension(const char* alias, const char* name) {
  return {{"alias", alias},
          {"name", name},
          {"description", name},
          {"links", json::array()},
          {"updated", "2016-01-01T00:00:00-00:00"}};
}

Response extensions(const Request&) {
  return http::json_response(
      200, {{"extensions", json::array{
                               extension("external-net", "Neutron external network"),
                               extension("net-mtu", "Network MTU"),
                               extension("provider", "Provider Network"),
                           }}});
}

const char* error_type(int status) {
  switch (status) {
    case 400:
      return "HTTPBadRequest";
    case 403:
      return "PolicyNotAuthorized";
    case 404:
      return "HTTPNotFound";
    case 409:
      return "Conflict";
    default:
      return "HTTPInternalServerError";
  }
}

/// {"NeutronError": {...}}: the Network API's form. 401 comes from the token check in front of it.
Response error_body(int status, const std::string& message) {
  if (status == 401) return http::identity_error(status, message);
  return http::json_response(
      status,
      {{"NeutronError", {{"type", error_type(status)}, {"message", message}, {"detail", ""}}}});
}

}  // namespace

bool is_visible(const model::Network& network, const Request& request) {
  return network.shared || network.external || request.who().is_admin() ||
         network.project_id == request.who().project_id;
}

void add_routes(http::Router& router, NetworkDeps& deps) {
  router.add_service(
      {.prefix = "/networking", .error_body = error_body, .headers = {}, .type = "network"});
  router.get("/networking", "public", versions);
  router.get("/networking/v2.0", "public", resources);
  router.get("/networking/v2.0/extensions", "public", extensions);
  add_network_routes(router, deps);
  add_subnet_routes(router, deps);
  add_port_routes(router, deps);
}

}  // namespace virga::network
