// SPDX-License-Identifier: Apache-2.0
#include "db/store/networks.h"
#include "api/http/bind.h"
#include "api/network/src/routes.h"
#include "common/json.h"
#include "common/random.h"
#include "db/store/ports.h"

namespace virga::network {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

json::object view(const Request& request, const model::Network& n,
                  const std::vector<model::Subnet>& subnets) {
  json::array ids;
  for (const auto& s : subnets) ids.push_back(json::string_view(s.id.data(), s.id.size()));
  json::object v{{"id", n.id},
                 {"name", n.name},
                 {"tenant_id", n.project_id},
                 {"project_id", n.project_id},
                 {"description", n.description},
                 {"admin_state_up", n.admin_state_up},
                 {"status", "ACTIVE"},
                 {"shared", n.shared},
                 {"router:external", n.external},
                 {"mtu", n.mtu},
                 {"port_security_enabled", true},
                 {"subnets", std::move(ids)},
                 {"created_at", format_seconds(n.created_us)},
                 {"updated_at", format_seconds(n.updated_us)}};
  if (request.who().is_admin()) {
    v["provider:network_type"] = n.network_type;
    v["provider:physical_network"] = n.physical_network;
    v["provider:segmentation_id"] = nullptr;
  }
  return v;
}

bool matches(const Request& request, const model::Network& n) {
  const auto is = [&](const char* key, const std::string& value) {
    bool asked = false;
    for (const auto& [k, v] : request.query) {
      if (k != key) continue;
      asked = true;
      if (v == value) return true;
    }
    return !asked;
  };
  const auto flag = [](bool b) { return std::string(b ? "True" : "False"); };
  const auto is_flag = [&](const char* key, bool value) {
    const auto asked = request.parameter(key);
    return !asked || *asked == flag(value) || *asked == (value ? "true" : "false") ||
           *asked == (value ? "1" : "0");
  };
  return is("id", n.id) && is("name", n.name) && is("project_id", n.project_id) &&
         is("tenant_id", n.project_id) && is_flag("router:external", n.external) &&
         is_flag("shared", n.shared) && is_flag("admin_state_up", n.admin_state_up);
}

Response list(NetworkDeps& deps, const Request& request) {
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    for (const auto& n : store::networks::list(tx))
      if (is_visible(n, request) && matches(request, n))
        views.push_back(view(request, n, store::networks::list_subnets_of(tx, n.id)));
  });
  return http::json_response(200, {{"networks", std::move(views)}});
}

Response show(NetworkDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const auto network = get_network(tx, request, request.param("id"));
    return http::json_response(
        200,
        {{"network", view(request, network, store::networks::list_subnets_of(tx, network.id))}});
  });
}

model::Network read_body(const Request& request, TimeUs now) {
  const json::value body = request.json();
  const Fields in = envelope(body, "network");
  in.only({"name", "admin_state_up", "shared", "tenant_id", "project_id", "description",
           "router:external", "mtu", "provider:network_type", "provider:physical_network"});
  model::Network n;
  n.id = new_uuid();
  n.name = in.optional_string("name").value_or("");
  n.description = in.optional_string("description").value_or("");
  n.project_id = in.optional_string("project_id")
                     .value_or(in.optional_string("tenant_id").value_or(request.who().project_id));
  n.admin_state_up = in.boolean("admin_state_up", true);
  n.shared = in.boolean("shared", false);
  n.external = in.boolean("router:external", false);
  n.mtu = in.optional_integer("mtu", 68, 65535).value_or(1500);
  n.network_type = in.optional_string("provider:network_type").value_or("flat");
  n.physical_network = in.optional_string("provider:physical_network", {1, 255}).value_or("");
  n.created_us = now;
  n.updated_us = now;
  if (n.network_type != "flat")
    throw Error(ErrorKind::invalid, "Invalid input for operation: network_type value '" +
                                        n.network_type + "' is not supported; use 'flat'.");
  if (n.physical_network.empty())
    throw Error(
        ErrorKind::invalid,
        "Invalid input for operation: physical_network required for flat provider network.");
  return n;
}

Response create(NetworkDeps& deps, const Request& request) {
  const model::Network network = read_body(request, deps.clock.now_us());
  deps.db.write([&](WriteTx& tx) {
    if (store::networks::find_flat(tx, network.physical_network))
      throw Error(ErrorKind::conflict, "Unable to create the flat network. Physical network " +
                                           network.physical_network + " is in use.");
    store::networks::insert(tx, network);
  });
  return http::json_response(201, {{"network", view(request, network, {})}});
}

Response remove(NetworkDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  deps.db.write([&](WriteTx& tx) {
    get_network(tx, request, id);
    if (!store::ports::list_of_network(tx, id).empty())
      throw Error(ErrorKind::conflict,
                  "Unable to complete operation on network " + id +
                      ". There are one or more ports still in use on the network.");
    for (const auto& subnet : store::networks::list_subnets_of(tx, id))
      store::networks::erase_subnet(tx, subnet.id);
    store::networks::erase(tx, id);
  });
  return http::empty_response(204);
}

}  // namespace

model::Network get_network(ReadTx& tx, const Request& request, const std::string& id) {
  auto network = store::networks::find(tx, id);
  if (!network || !is_visible(*network, request))
    throw Error(ErrorKind::not_found, "Network " + id + " could not be found.");
  return std::move(*network);
}

void add_network_routes(http::Router& r, NetworkDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/networking/v2.0/networks", "get_network", bind(list));
  r.get("/networking/v2.0/networks/{id}", "get_network", bind(show));
  r.post("/networking/v2.0/networks", "create_network", bind(create));
  r.del("/networking/v2.0/networks/{id}", "delete_network", bind(remove));
}

}  // namespace virga::network
