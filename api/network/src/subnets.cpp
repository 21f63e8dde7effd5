// SPDX-License-Identifier: Apache-2.0
#include "api/http/bind.h"
#include "api/network/src/routes.h"
#include "common/json.h"
#include "common/random.h"
#include "db/store/networks.h"
#include "db/store/ports.h"
#include "network/plan/address_allocation.h"

namespace virga::network {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kMaxNameservers = 5;
constexpr std::size_t kMaxPools = 16;

json::object view(const model::Subnet& s) {
  json::array pools;
  for (const auto& pool : s.pools)
    pools.push_back(json::object{{"start", pool.start}, {"end", pool.end}});
  json::array servers;
  for (const auto& address : s.dns_nameservers)
    servers.push_back(json::string_view(address.data(), address.size()));
  return {{"id", s.id},
          {"name", s.name},
          {"tenant_id", s.project_id},
          {"project_id", s.project_id},
          {"network_id", s.network_id},
          {"description", s.description},
          {"ip_version", 4},
          {"cidr", s.cidr},
          {"gateway_ip", s.gateway_ip.empty() ? json::value(nullptr) : json::value(s.gateway_ip)},
          {"enable_dhcp", s.enable_dhcp},
          {"allocation_pools", std::move(pools)},
          {"dns_nameservers", std::move(servers)},
          {"host_routes", json::array()},
          {"ipv6_ra_mode", nullptr},
          {"ipv6_address_mode", nullptr},
          {"created_at", format_seconds(s.created_us)},
          {"updated_at", format_seconds(s.updated_us)}};
}

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::invalid, "Invalid input for operation: " + why);
}

Ipv4 address_of(const std::string& text) {
  const auto address = parse_ipv4(text);
  if (!address) refuse("'" + text + "' is not a valid IP address.");
  return *address;
}

void read_gateway(const Fields& in, const Cidr& cidr, model::Subnet& s) {
  if (in.has("gateway_ip") && !in.present("gateway_ip")) return;  // null: none
  if (!in.has("gateway_ip")) {
    const auto gateway = default_gateway(cidr);
    s.gateway_ip = gateway ? format_ipv4(*gateway) : "";
    return;
  }
  const Ipv4 gateway = address_of(in.string("gateway_ip"));
  if (!cidr.is_host(gateway)) refuse("Gateway is not valid on subnet.");
  s.gateway_ip = format_ipv4(gateway);
}

void read_pools(const Fields& in, const Cidr& cidr, model::Subnet& s) {
  const auto gateway =
      s.gateway_ip.empty() ? std::optional<Ipv4>() : std::optional<Ipv4>(address_of(s.gateway_ip));
  const json::array* pools = in.optional_array("allocation_pools");
  if (pools == nullptr) {
    s.pools = default_pools(cidr, gateway);
    return;
  }
  if (pools->size() > kMaxPools) refuse("Too many allocation pools.");
  std::vector<std::pair<Ipv4, Ipv4>> ranges;
  for (const auto& value : *pools) {
    if (!value.is_object()) refuse("allocation_pools must hold objects.");
    const Fields pool(value.get_object(), "allocation_pools");
    pool.only({"start", "end"});
    const Ipv4 start = address_of(pool.string("start"));
    const Ipv4 end = address_of(pool.string("end"));
    const std::string name = format_ipv4(start) + "-" + format_ipv4(end);
    if (start > end || !cidr.is_host(start) || !cidr.is_host(end))
      refuse("The allocation pool " + name + " is not valid.");
    if (gateway && *gateway >= start && *gateway <= end)
      throw Error(ErrorKind::conflict,
                  "Gateway ip " + s.gateway_ip + " conflicts with allocation pool " + name + ".");
    for (const auto& [a, b] : ranges)
      if (start <= b && a <= end)
        throw Error(ErrorKind::conflict, "Found overlapping allocation pools: " + name + ".");
    ranges.emplace_back(start, end);
    s.pools.push_back({format_ipv4(start), format_ipv4(end)});
  }
}

void read_nameservers(const Fields& in, model::Subnet& s) {
  const json::array* servers = in.optional_array("dns_nameservers");
  if (servers == nullptr) return;
  if (servers->size() > kMaxNameservers) refuse("Too many DNS name servers.");
  for (const auto& value : *servers) {
    if (!value.is_string()) refuse("dns_nameservers must hold addresses.");
    const json::string& text = value.get_string();
    s.dns_nameservers.push_back(format_ipv4(address_of(std::string(text.data(), text.size()))));
  }
}

model::Subnet read_body(const Fields& in, const Request& request, TimeUs now) {
  in.only({"name", "network_id", "tenant_id", "project_id", "ip_version", "cidr", "gateway_ip",
           "enable_dhcp", "allocation_pools", "dns_nameservers", "description"});
  model::Subnet s;
  s.id = new_uuid();
  s.network_id = in.string("network_id");
  s.project_id = request.who().project_id;
  s.name = in.optional_string("name").value_or("");
  s.description = in.optional_string("description").value_or("");
  if (in.integer("ip_version", 4, 6) != 4) refuse("IP version 6 is not supported.");
  const auto cidr = parse_cidr(in.string("cidr"));
  if (!cidr) refuse("'" + in.string("cidr") + "' isn't a recognized IP subnet cidr.");
  s.cidr = format_cidr(*cidr);
  s.enable_dhcp = in.boolean("enable_dhcp", true);
  read_gateway(in, *cidr, s);
  read_pools(in, *cidr, s);
  read_nameservers(in, s);
  s.created_us = now;
  s.updated_us = now;
  return s;
}

Response create(NetworkDeps& deps, const Request& request) {
  const json::value body = request.json();
  const model::Subnet subnet = read_body(envelope(body, "subnet"), request, deps.clock.now_us());
  deps.db.write([&](WriteTx& tx) {
    get_network(tx, request, subnet.network_id);
    for (const auto& other : store::networks::list_subnets_of(tx, subnet.network_id))
      if (parse_cidr(other.cidr)->overlaps(*parse_cidr(subnet.cidr)))
        refuse("Requested subnet with cidr: " + subnet.cidr + " for network: " + subnet.network_id +
               " overlaps with another subnet.");
    store::networks::insert(tx, subnet);
  });
  return http::json_response(201, {{"subnet", view(subnet)}});
}

Response list(NetworkDeps& deps, const Request& request) {
  const auto network_id = request.parameter("network_id");
  const auto name = request.parameter("name");
  const auto id = request.parameter("id");
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    for (const auto& s : store::networks::list_subnets(tx)) {
      const auto network = store::networks::find(tx, s.network_id);
      if (!network || !is_visible(*network, request)) continue;
      if ((network_id && *network_id != s.network_id) || (name && *name != s.name) ||
          (id && *id != s.id))
        continue;
      views.push_back(view(s));
    }
  });
  return http::json_response(200, {{"subnets", std::move(views)}});
}

model::Subnet get_subnet(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("id");
  auto subnet = store::networks::find_subnet(tx, id);
  const auto network = subnet ? store::networks::find(tx, subnet->network_id) : std::nullopt;
  if (!network || !is_visible(*network, request))
    throw Error(ErrorKind::not_found, "Subnet " + id + " could not be found.");
  return std::move(*subnet);
}

Response show(NetworkDeps& deps, const Request& request) {
  const auto subnet = deps.db.read([&](ReadTx& tx) { return get_subnet(tx, request); });
  return http::json_response(200, {{"subnet", view(subnet)}});
}

Response remove(NetworkDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const auto subnet = get_subnet(tx, request);
    if (!store::ports::list_addresses(tx, subnet.id).empty())
      throw Error(ErrorKind::conflict,
                  "Unable to complete operation on subnet " + subnet.id +
                      ": One or more ports have an IP allocation from this subnet.");
    store::networks::erase_subnet(tx, subnet.id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_subnet_routes(http::Router& r, NetworkDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/networking/v2.0/subnets", "get_subnet", bind(list));
  r.get("/networking/v2.0/subnets/{id}", "get_subnet", bind(show));
  r.post("/networking/v2.0/subnets", "create_subnet", bind(create));
  r.del("/networking/v2.0/subnets/{id}", "delete_subnet", bind(remove));
}

}  // namespace virga::network
