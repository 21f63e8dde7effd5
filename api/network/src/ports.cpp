// SPDX-License-Identifier: Apache-2.0
// Ports are read-only here: instances and DHCP servers make theirs.
#include "db/store/ports.h"
#include "api/http/bind.h"
#include "api/network/src/routes.h"
#include "common/json.h"

namespace virga::network {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

json::object view(const model::Port& p) {
  json::array ips;
  for (const auto& ip : p.fixed_ips)
    ips.push_back(json::object{{"subnet_id", ip.subnet_id}, {"ip_address", ip.address}});
  return {{"id", p.id},
          {"name", p.name},
          {"tenant_id", p.project_id},
          {"project_id", p.project_id},
          {"network_id", p.network_id},
          {"mac_address", p.mac},
          {"admin_state_up", p.admin_state_up},
          {"status", p.host_id.empty() ? "DOWN" : "ACTIVE"},
          {"device_id", p.device_id},
          {"device_owner", p.device_owner},
          {"fixed_ips", std::move(ips)},
          {"security_groups", json::array()},
          {"port_security_enabled", true},
          {"created_at", format_seconds(p.created_us)},
          {"updated_at", format_seconds(p.updated_us)}};
}

/// The project whose ports the caller sees; "" for all.
std::string scope(const Request& request) {
  return request.who().is_admin() ? "" : request.who().project_id;
}

Response list(NetworkDeps& deps, const Request& request) {
  const auto device = request.parameter("device_id");
  const auto network = request.parameter("network_id");
  const auto mac = request.parameter("mac_address");
  json::array views;
  for (const auto& p :
       deps.db.read([&](ReadTx& tx) { return store::ports::list(tx, scope(request)); })) {
    if ((device && *device != p.device_id) || (network && *network != p.network_id) ||
        (mac && *mac != p.mac))
      continue;
    views.push_back(view(p));
  }
  return http::json_response(200, {{"ports", std::move(views)}});
}

Response show(NetworkDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  const auto port = deps.db.read([&](ReadTx& tx) { return store::ports::find(tx, id); });
  if (!port || (!request.who().is_admin() && port->project_id != request.who().project_id))
    throw Error(ErrorKind::not_found, "Port " + id + " could not be found.");
  return http::json_response(200, {{"port", view(*port)}});
}

}  // namespace

void add_port_routes(http::Router& r, NetworkDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/networking/v2.0/ports", "get_port", bind(list));
  r.get("/networking/v2.0/ports/{id}", "get_port", bind(show));
}

}  // namespace virga::network
