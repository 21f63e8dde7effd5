// SPDX-License-Identifier: Apache-2.0
// What the networking of one host is to look like, as a pure function of its desired state.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "db/model/host_state.h"

namespace virga::network {

/// One guest interface.
struct PortPlan {
  std::string id;
  std::string network_id;
  std::string instance_id;
  std::string tap;  ///< device name, derived from the port id; at most 15 characters
  std::string bridge;
  std::string mac;  ///< the only source address accepted from the guest
  std::int64_t mtu = 1500;
  std::vector<std::string> addresses;  ///< the only IPv4 sources accepted from the guest
  bool enabled = true;                 ///< false: the tap is there, but down and in no bridge
  bool operator==(const PortPlan&) const = default;
};

/// One line of the DHCP server's table.
struct DhcpHost {
  std::string mac;
  std::string address;
  std::string name;
  bool operator==(const DhcpHost&) const = default;
};

/// One IPv4 subnet as the DHCP server of this host serves it.
struct SubnetPlan {
  std::string id;
  std::string network_address;  ///< "172.31.0.0"
  int prefix = 24;
  std::string gateway;         ///< empty: none
  std::string server_address;  ///< of this host's DHCP and metadata port in the subnet
  std::vector<std::string> dns_nameservers;
  std::vector<DhcpHost> hosts;
  bool operator==(const SubnetPlan&) const = default;
};

/// One network: a bridge, and a namespace with DHCP and metadata when a subnet has DHCP.
struct NetworkPlan {
  std::string id;
  std::string bridge;
  std::string netns;  ///< "virga-<network id>"
  std::string veth;   ///< host side, a bridge port; derived from the network id
  std::string mac;    ///< of the inner side
  std::int64_t mtu = 1500;
  std::vector<SubnetPlan> subnets;  ///< those with DHCP
  bool operator==(const NetworkPlan&) const = default;
};

struct HostPlan {
  std::vector<NetworkPlan> networks;
  std::vector<PortPlan> ports;
  bool operator==(const HostPlan&) const = default;
};

/// Physical network name -> bridge on this host.
using BridgeMap = std::map<std::string, std::string>;

/// The plan of one host. Pure.
/// @param released instances whose domain is gone and whose ports may be taken away
/// @throws Error{invalid} when a network names a physical network that `bridges` does not have, or
/// a
///         port a network that `desired` does not have
HostPlan plan_host(const model::DesiredHost& desired, const BridgeMap& bridges,
                   const std::set<std::string>& released);

/// "tap" and the first 11 characters of the port id: a stable name that fits IFNAMSIZ.
std::string tap_name(const std::string& port_id);

/// "vh" and the first 11 characters of the network id.
std::string veth_name(const std::string& network_id);

/// "virga-" and the network id.
std::string netns_name(const std::string& network_id);

}  // namespace virga::network
