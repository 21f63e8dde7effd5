// SPDX-License-Identifier: Apache-2.0
// What Nova has removed by the release Zed and still answers: 410, whatever the microversion. Bare
// metal nodes are another service's; the part of the API that passed requests on ends with 2.35.
#include <string_view>

#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/error.h"
#include "common/json.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;

constexpr char kAnyToken[] = "os_compute_api:removed";

struct Removed {
  std::string_view method;
  std::string_view path;
};

constexpr Removed kRemoved[] = {
    {"GET", "/os-agents"},
    {"POST", "/os-agents"},
    {"PUT", "/os-agents/{id}"},
    {"DELETE", "/os-agents/{id}"},
    {"GET", "/os-cells"},
    {"POST", "/os-cells"},
    {"GET", "/os-cells/capacities"},
    {"GET", "/os-cells/detail"},
    {"GET", "/os-cells/info"},
    {"POST", "/os-cells/sync_instances"},
    {"GET", "/os-cells/{id}"},
    {"PUT", "/os-cells/{id}"},
    {"DELETE", "/os-cells/{id}"},
    {"GET", "/os-cells/{id}/capacities"},
    {"POST", "/os-certificates"},
    {"GET", "/os-certificates/{id}"},
    {"GET", "/os-cloudpipe"},
    {"POST", "/os-cloudpipe"},
    {"PUT", "/os-cloudpipe/{id}"},
    {"GET", "/os-fixed-ips/{id}"},
    {"POST", "/os-fixed-ips/{id}/action"},
    {"GET", "/os-floating-ip-dns"},
    {"PUT", "/os-floating-ip-dns/{id}"},
    {"DELETE", "/os-floating-ip-dns/{id}"},
    {"GET", "/os-floating-ip-dns/{id}/entries/{name}"},
    {"PUT", "/os-floating-ip-dns/{id}/entries/{name}"},
    {"DELETE", "/os-floating-ip-dns/{id}/entries/{name}"},
    {"GET", "/os-floating-ips-bulk"},
    {"POST", "/os-floating-ips-bulk"},
    {"GET", "/os-floating-ips-bulk/{id}"},
    {"PUT", "/os-floating-ips-bulk/{id}"},
    {"GET", "/os-fping"},
    {"GET", "/os-fping/{id}"},
    {"POST", "/os-networks"},
    {"POST", "/os-networks/add"},
    {"DELETE", "/os-networks/{id}"},
    {"POST", "/os-networks/{id}/action"},
    {"GET", "/os-security-group-default-rules"},
    {"POST", "/os-security-group-default-rules"},
    {"GET", "/os-security-group-default-rules/{id}"},
    {"DELETE", "/os-security-group-default-rules/{id}"},
    {"POST", "/os-tenant-networks"},
    {"DELETE", "/os-tenant-networks/{id}"},
    {"GET", "/servers/{id}/consoles"},
    {"POST", "/servers/{id}/consoles"},
    {"GET", "/servers/{id}/consoles/{console_id}"},
    {"DELETE", "/servers/{id}/consoles/{console_id}"},
    {"GET", "/servers/{id}/os-virtual-interfaces"},
};

Response gone(ComputeDeps&, const Request&) {
  return http::json_response(
      410,
      {{"computeFault", {{"code", 410}, {"message", "This resource is no longer available."}}}});
}

Response without_bare_metal(ComputeDeps&, const Request&) {
  return http::json_response(
      501, {{"notImplemented",
             {{"code", 501}, {"message", "Ironic client unavailable, cannot access Ironic."}}}});
}

Response not_passed_on(ComputeDeps&, const Request&) {
  throw Error(ErrorKind::invalid, "Nodes can be changed by the bare metal service only.");
}

}  // namespace

void add_removed_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string v2_1 = "/compute/v2.1";
  for (const Removed& removed : kRemoved) {
    http::Route route;
    route.policy = kAnyToken;
    route.run = http::Run::io;
    route.handler = bind(gone);
    r.add(removed.method, v2_1 + std::string(removed.path), std::move(route));
  }
  const std::string nodes = v2_1 + "/os-baremetal-nodes";
  const auto range = http::until({2, 35});
  r.get(nodes, "os_compute_api:os-baremetal-nodes:list", bind(without_bare_metal), range);
  r.get(nodes + "/{id}", "os_compute_api:os-baremetal-nodes:show", bind(without_bare_metal), range);
  r.post(nodes, kAnyToken, bind(not_passed_on), range);
  r.del(nodes + "/{id}", kAnyToken, bind(not_passed_on), range);
  r.post(nodes + "/{id}/action", kAnyToken, bind(not_passed_on), range);
}

}  // namespace virga::compute
