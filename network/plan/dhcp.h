// SPDX-License-Identifier: Apache-2.0
// What dnsmasq is told: its arguments, its table of hosts, and which leases stand in the way. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/plan/host_plan.h"

namespace virga::network {

/// Where the DHCP server of one network runs and keeps its files.
struct DhcpServer {
  std::string program;
  std::string user;
  std::string group;
  std::string interface;  ///< inner side of the veth
  std::string hosts_file;
  std::string lease_file;
  std::string pid_file;
};

/// Arguments of dnsmasq, argv[0] included: DHCP for known hosts only, no DNS.
std::vector<std::string> dhcp_arguments(const NetworkPlan& network, const DhcpServer& server);

/// The table of hosts (--dhcp-hostsfile). Entries with unusable values are left out.
std::string dhcp_hosts(const NetworkPlan& network);

/// `leases` (dnsmasq's lease file) without those that hold an address for another MAC than the plan
/// gives it to; nullopt when there are none. dnsmasq refuses to hand out such an address.
std::optional<std::string> leases_without_conflicts(std::string_view leases,
                                                    const NetworkPlan& network);

}  // namespace virga::network
