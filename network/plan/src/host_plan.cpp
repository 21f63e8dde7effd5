// SPDX-License-Identifier: Apache-2.0
#include "network/plan/host_plan.h"

#include <algorithm>
#include <cctype>

#include "common/error.h"
#include "network/plan/ipv4.h"

namespace virga::network {
namespace {

constexpr std::size_t kIdPart = 11;  // IFNAMSIZ leaves 15; enough of a UUID to be unique on a host

std::string lower(const std::string& text) {
  std::string out = text;
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// A host name that is safe in the DHCP server's table: letters, digits and dashes, no dash at an
/// end; the name derived from the address when nothing is left.
std::string dhcp_name(const std::string& hostname, const std::string& address) {
  constexpr std::size_t kLabel = 63;
  std::string name;
  for (const char c : lower(hostname.substr(0, hostname.find('.')))) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain || (c == '-' && !name.empty())) name += c;
  }
  name = name.substr(0, kLabel);
  while (!name.empty() && name.back() == '-') name.pop_back();
  if (!name.empty()) return name;
  name = "host-" + address;
  std::replace(name.begin(), name.end(), '.', '-');
  return name;
}

const std::string& bridge_of(const model::DesiredNetwork& network, const BridgeMap& bridges) {
  const auto found = bridges.find(network.physical_network);
  if (found == bridges.end())
    throw Error(ErrorKind::invalid, "Network " + network.id + " needs the physical network '" +
                                        network.physical_network +
                                        "', which this host does not have.");
  return found->second;
}

PortPlan plan_port(const model::Port& port, const model::DesiredNetwork& network,
                   const std::string& instance_id, const BridgeMap& bridges) {
  PortPlan plan{.id = port.id,
                .network_id = network.id,
                .instance_id = instance_id,
                .tap = tap_name(port.id),
                .bridge = bridge_of(network, bridges),
                .mac = lower(port.mac),
                .mtu = network.mtu,
                .addresses = {},
                .enabled = port.admin_state_up};
  for (const auto& ip : port.fixed_ips) plan.addresses.push_back(ip.address);
  return plan;
}

/// The subnet as the DHCP server serves it; nothing when it has no DHCP or no address for the
/// server.
std::vector<SubnetPlan> plan_subnet(const model::Subnet& subnet, const model::Port& dhcp_port) {
  const auto cidr = parse_cidr(subnet.cidr);
  const auto server =
      std::find_if(dhcp_port.fixed_ips.begin(), dhcp_port.fixed_ips.end(),
                   [&](const model::FixedIp& ip) { return ip.subnet_id == subnet.id; });
  if (!subnet.enable_dhcp || !cidr || server == dhcp_port.fixed_ips.end()) return {};
  return {SubnetPlan{.id = subnet.id,
                     .network_address = format_ipv4(cidr->network),
                     .prefix = cidr->prefix,
                     .gateway = subnet.gateway_ip,
                     .server_address = server->address,
                     .dns_nameservers = subnet.dns_nameservers,
                     .hosts = {}}};
}

NetworkPlan plan_network(const model::DesiredNetwork& network, const BridgeMap& bridges) {
  NetworkPlan plan{.id = network.id,
                   .bridge = bridge_of(network, bridges),
                   .netns = netns_name(network.id),
                   .veth = veth_name(network.id),
                   .mac = lower(network.dhcp_port.mac),
                   .mtu = network.mtu,
                   .subnets = {}};
  for (const auto& subnet : network.subnets)
    for (auto& served : plan_subnet(subnet, network.dhcp_port))
      plan.subnets.push_back(std::move(served));
  std::sort(plan.subnets.begin(), plan.subnets.end(),
            [](const SubnetPlan& a, const SubnetPlan& b) { return a.id < b.id; });
  return plan;
}

void add_dhcp_hosts(NetworkPlan& network, const model::Port& port, const std::string& hostname) {
  for (const auto& ip : port.fixed_ips)
    for (auto& subnet : network.subnets)
      if (subnet.id == ip.subnet_id)
        subnet.hosts.push_back({lower(port.mac), ip.address, dhcp_name(hostname, ip.address)});
}

void sort_dhcp_hosts(NetworkPlan& network) {
  for (auto& subnet : network.subnets)
    std::sort(subnet.hosts.begin(), subnet.hosts.end(), [](const DhcpHost& a, const DhcpHost& b) {
      return parse_ipv4(a.address) < parse_ipv4(b.address);
    });
}

}  // namespace

std::string tap_name(const std::string& port_id) {
  return "tap" + port_id.substr(0, kIdPart);
}

std::string veth_name(const std::string& network_id) {
  return "vh" + network_id.substr(0, kIdPart);
}

std::string netns_name(const std::string& network_id) {
  return "virga-" + network_id;
}

HostPlan plan_host(const model::DesiredHost& desired, const BridgeMap& bridges,
                   const std::set<std::string>& released) {
  std::map<std::string, const model::DesiredNetwork*> known;
  for (const auto& network : desired.networks) known.emplace(network.id, &network);

  std::map<std::string, NetworkPlan> networks;  // those that an instance here has a port on
  HostPlan plan;
  for (const auto& wanted : desired.instances) {
    if (released.contains(wanted.instance.id)) continue;
    for (const auto& port : wanted.ports) {
      const auto network = known.find(port.network_id);
      if (network == known.end())
        throw Error(ErrorKind::invalid, "Port " + port.id + " is on network " + port.network_id +
                                            ", which this host was not told of.");
      auto at = networks.find(port.network_id);
      if (at == networks.end())
        at = networks.emplace(port.network_id, plan_network(*network->second, bridges)).first;
      plan.ports.push_back(plan_port(port, *network->second, wanted.instance.id, bridges));
      add_dhcp_hosts(at->second, port, wanted.instance.hostname);
    }
  }
  for (auto& [id, network] : networks) {
    sort_dhcp_hosts(network);
    plan.networks.push_back(std::move(network));
  }
  std::sort(plan.ports.begin(), plan.ports.end(),
            [](const PortPlan& a, const PortPlan& b) { return a.id < b.id; });
  return plan;
}

}  // namespace virga::network
