// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/clock.h"

namespace virga::model {

/// A layer-2 segment.  Source: Network API v2.0, "Networks".
struct Network {
  std::string id;
  std::string project_id;
  std::string name;
  std::string description;
  std::string network_type = "flat";  ///< provider:network_type
  std::string physical_network;  ///< provider:physical_network: a name that hosts map to a bridge
  std::int64_t mtu = 1500;
  bool admin_state_up = true;
  bool shared = false;
  bool external = false;  ///< router:external
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

/// A range of addresses handed out, both ends included.
struct AllocationPool {
  std::string start;
  std::string end;
};

/// Addresses on a network.  Source: Network API v2.0, "Subnets".
struct Subnet {
  std::string id;
  std::string network_id;
  std::string project_id;
  std::string name;
  std::string description;
  std::string cidr;        ///< canonical: "172.31.0.0/24"
  std::string gateway_ip;  ///< empty: none
  bool enable_dhcp = true;
  std::vector<std::string> dns_nameservers;
  std::vector<AllocationPool> pools;
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

/// One address of a port.
struct FixedIp {
  std::string subnet_id;
  std::string address;
  bool operator==(const FixedIp&) const = default;
};

/// A connection point.  Source: Network API v2.0, "Ports".
struct Port {
  std::string id;
  std::string network_id;
  std::string project_id;
  std::string name;
  std::string mac;
  std::string device_id;     ///< instance id, or "dhcp-<host id>"
  std::string device_owner;  ///< "compute:nova", "network:dhcp"
  std::string host_id;       ///< where it is bound; empty: nowhere
  bool admin_state_up = true;
  std::int64_t position = 0;  ///< order of the interfaces of one instance
  std::vector<FixedIp> fixed_ips;
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

}  // namespace virga::model
