// SPDX-License-Identifier: Apache-2.0
#include "api/network/port_allocation.h"

#include "common/error.h"
#include "common/hash.h"
#include "common/random.h"
#include "db/store/networks.h"
#include "db/store/ports.h"
#include "network/plan/address_allocation.h"

namespace virga::network {
namespace {

constexpr const char* kDhcpOwner = "network:dhcp";

/// Locally administered, in OpenStack's usual range.
std::string new_mac() {
  const std::string hex = to_hex(random_bytes(3));
  return "fa:16:3e:" + hex.substr(0, 2) + ":" + hex.substr(2, 2) + ":" + hex.substr(4, 2);
}

std::set<Ipv4> used_addresses(store::WriteTx& tx, const model::Subnet& subnet) {
  std::set<Ipv4> used;
  for (const auto& text : store::ports::list_addresses(tx, subnet.id))
    if (const auto address = parse_ipv4(text)) used.insert(*address);
  return used;
}

model::FixedIp wanted_address(const std::vector<model::Subnet>& subnets, const std::string& text) {
  const auto address = parse_ipv4(text);
  for (const auto& subnet : subnets) {
    const auto cidr = parse_cidr(subnet.cidr);
    if (!address || !cidr || !cidr->is_host(*address)) continue;
    if (parse_ipv4(subnet.gateway_ip) == address)  // who has it receives everybody's traffic
      throw Error(ErrorKind::invalid, "IP address " + text + " is the gateway of its subnet.");
    return {subnet.id, format_ipv4(*address)};
  }
  throw Error(ErrorKind::invalid,
              "IP address " + text + " is not a valid IP for any of the subnets on the network.");
}

model::FixedIp free_address(store::WriteTx& tx, const std::vector<model::Subnet>& subnets,
                            const std::string& network_id) {
  for (const auto& subnet : subnets)
    if (const auto address = next_address(subnet.pools, used_addresses(tx, subnet)))
      return {subnet.id, *address};
  throw Error(ErrorKind::conflict, "No more IP addresses available on network " + network_id + ".");
}

}  // namespace

std::string dhcp_device(const std::string& network_id, const std::string& host_id) {
  return "dhcp-" + host_id + "-" + network_id;
}

model::Port create_port(store::WriteTx& tx, const PortRequest& request, TimeUs now_us) {
  const auto network = store::networks::find(tx, request.network_id);
  if (!network)
    throw Error(ErrorKind::not_found, "Network " + request.network_id + " could not be found.");
  const auto subnets = store::networks::list_subnets_of(tx, network->id);
  model::Port port;
  port.id = new_uuid();
  port.network_id = network->id;
  port.project_id = request.project_id;
  do port.mac = new_mac();
  while (store::ports::has_mac(tx, network->id, port.mac));
  port.device_id = request.device_id;
  port.device_owner = request.device_owner;
  port.host_id = request.host_id;
  port.position = request.position;
  port.created_us = now_us;
  port.updated_us = now_us;
  port.fixed_ips.push_back(request.address.empty() ? free_address(tx, subnets, network->id)
                                                   : wanted_address(subnets, request.address));
  store::ports::insert(tx, port);
  return port;
}

model::Port ensure_dhcp_port(store::WriteTx& tx, const std::string& network_id,
                             const std::string& host_id, TimeUs now_us) {
  const std::string device = dhcp_device(network_id, host_id);
  const auto present = store::ports::list_of_device(tx, device);
  if (!present.empty()) return present.front();
  return create_port(tx, {network_id, "", device, kDhcpOwner, host_id, 0, ""}, now_us);
}

void release_dhcp_ports(store::WriteTx& tx, const std::string& host_id) {
  store::ports::erase_unused_dhcp(tx, host_id);
}

}  // namespace virga::network
