// SPDX-License-Identifier: Apache-2.0
#include "network/plan/dhcp.h"

#include <algorithm>
#include <map>

#include "network/plan/ipv4.h"
#include "network/plan/rules.h"

namespace virga::network {
namespace {

constexpr std::string_view kLeaseTime = "86400s";  // a day, as Neutron
constexpr std::string_view kMaxLeases = "65536";   // dnsmasq's own limit, 1000, is less than a /22

std::string joined(const std::vector<std::string>& addresses) {
  std::string text;
  for (const auto& address : addresses)
    if (parse_ipv4(address)) text += "," + address;
  return text;
}

/// Routes without classes make a guest ignore the router option, so the default route is repeated.
std::string static_routes(const SubnetPlan& subnet) {
  std::string routes = "," + std::string(kMetadataAddress) + "/32," + subnet.server_address;
  if (parse_ipv4(subnet.gateway)) routes += ",0.0.0.0/0," + subnet.gateway;
  return routes;
}

void add_subnet(std::vector<std::string>& arguments, const SubnetPlan& subnet,
                const std::string& tag, std::int64_t mtu) {
  const Cidr cidr{.network = 0, .prefix = subnet.prefix};
  arguments.push_back("--dhcp-range=set:" + tag + "," + subnet.network_address + ",static," +
                      format_ipv4(cidr.mask()) + "," + std::string(kLeaseTime));
  const std::string option = "--dhcp-option=tag:" + tag + ",";
  arguments.push_back("--dhcp-option-force=tag:" + tag + ",option:mtu," + std::to_string(mtu));
  // An option without a value is not sent; left out, dnsmasq would name itself.
  arguments.push_back(option + "option:router" +
                      (parse_ipv4(subnet.gateway) ? "," + subnet.gateway : ""));
  arguments.push_back(option + "option:dns-server" + joined(subnet.dns_nameservers));
  arguments.push_back(option + "option:classless-static-route" + static_routes(subnet));
  arguments.push_back(option + "249" + static_routes(subnet));  // the same for old Windows
}

bool is_host_name(const std::string& name) {
  return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool usable(const DhcpHost& host) {
  return is_unicast_mac(host.mac) && parse_ipv4(host.address) && is_host_name(host.name);
}

/// The n-th blank-separated word of a line.
std::string_view word(std::string_view line, int n) {
  for (; n > 0; --n) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return {};
    line.remove_prefix(blank + 1);
  }
  return line.substr(0, line.find(' '));
}

}  // namespace

std::vector<std::string> dhcp_arguments(const NetworkPlan& network, const DhcpServer& server) {
  std::vector<std::string> arguments = {
      server.program,
      "--conf-file=/dev/null",
      "--no-hosts",
      "--no-resolv",
      "--port=0",
      "--bind-interfaces",
      "--interface=" + server.interface,
      "--except-interface=lo",
      "--user=" + server.user,
      "--group=" + server.group,
      "--pid-file=" + server.pid_file,
      "--dhcp-hostsfile=" + server.hosts_file,
      "--dhcp-leasefile=" + server.lease_file,
      "--dhcp-lease-max=" + std::string(kMaxLeases),
      "--dhcp-authoritative",
      "--dhcp-ignore=tag:!known",
      "--no-ping",
      "--quiet-dhcp",
  };
  int index = 0;
  for (const auto& subnet : network.subnets)
    add_subnet(arguments, subnet, "s" + std::to_string(index++), network.mtu);
  return arguments;
}

std::string dhcp_hosts(const NetworkPlan& network) {
  std::string text;
  for (const auto& subnet : network.subnets)
    for (const auto& host : subnet.hosts)
      // "id:*": the MAC alone counts; boot loaders and systems send different client ids.
      if (usable(host)) text += host.mac + ",id:*," + host.address + "," + host.name + "\n";
  return text;
}

std::optional<std::string> leases_without_conflicts(std::string_view leases,
                                                    const NetworkPlan& network) {
  std::map<std::string_view, std::string_view> owners;  // address -> MAC
  for (const auto& subnet : network.subnets)
    for (const auto& host : subnet.hosts) owners.emplace(host.address, host.mac);

  std::string kept;
  bool conflict = false;
  while (!leases.empty()) {
    const std::size_t end = std::min(leases.find('\n'), leases.size() - 1);
    const std::string_view line = leases.substr(0, end + 1);
    leases.remove_prefix(end + 1);
    const auto owner = owners.find(word(line, 2));
    if (owner != owners.end() && owner->second != word(line, 1))
      conflict = true;
    else
      kept += line;
  }
  if (!conflict) return std::nullopt;
  return kept;
}

}  // namespace virga::network
