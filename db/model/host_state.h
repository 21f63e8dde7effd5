// SPDX-License-Identifier: Apache-2.0
// What one host is told (desired) and what it reports (observed): the two messages of the agent
// link.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/model/cached_base.h"
#include "db/model/host.h"
#include "db/model/image.h"
#include "db/model/instance.h"
#include "db/model/instance_snapshot.h"
#include "db/model/network.h"

namespace virga::model {

/// A network as one host needs it.
struct DesiredNetwork {
  std::string id;
  std::string name;
  std::string physical_network;
  std::int64_t mtu = 1500;
  std::vector<Subnet> subnets;
  Port dhcp_port;  ///< this host's own DHCP and metadata port on the network
};

/// An instance as its host needs it.
struct DesiredInstance {
  Instance instance;
  std::string availability_zone;
  std::vector<Port> ports;  ///< ordered by position
};

/// Everything that a host is to be. The whole state each time: an agent that missed a message has
/// missed nothing.
struct DesiredHost {
  std::int64_t revision = 0;  ///< grows with each message of one virgad process
  std::string host_id;
  std::vector<DesiredNetwork> networks;
  std::vector<DesiredInstance> instances;  ///< those with wish "absent" until the host confirmed
  std::vector<DesiredBase> prefetch;  ///< bases to hold though no instance needs them, in order
  std::vector<DesiredBase> drop;      ///< bases to remove unless something needs them
  std::vector<DesiredSnapshot> snapshots;  ///< images to make of instances, in order
};

/// One instance as its host sees it.
struct ObservedInstance {
  std::string id;
  std::int64_t generation = 0;  ///< of the wish that the agent acted on
  std::int64_t run_epoch = 0;   ///< of the domain that exists
  std::int64_t disk = 0;        ///< number of the root disk that is complete; 0: none
  PowerState power = PowerState::unknown;
  bool stopped_by_guest = false;  ///< shutoff because the guest powered itself off in this run
  std::string step;
  std::string last_error;
  bool permanent = false;  ///< last_error will not go away by trying again
  std::int64_t attempts = 0;
  TimeUs next_try_us = 0;
  bool operator==(const ObservedInstance&) const = default;
};

/// Everything that an agent knows of its host.
struct ObservedHost {
  std::int64_t revision = 0;  ///< of the last DesiredHost it received; 0: none since it started
  std::string agent_version;
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;
  std::string address;
  std::string virt_type;
  std::string hypervisor_version;
  std::string cpu_info;
  TimeUs booted_us = 0;      ///< 0: not known
  std::string load_average;  ///< "0.10, 0.12, 0.09"
  std::int64_t users = 0;    ///< logged in
  std::vector<ObservedInstance> instances;
  std::vector<ObservedSnapshot> snapshots;
  /// What its cache holds, ordered by digest and format; nullopt: it has not looked yet.
  std::optional<std::vector<ObservedBase>> bases;
  /// Ids of instances of which it has a domain or disk although nobody wants them there; nullopt:
  /// it has not looked yet.
  std::optional<std::vector<std::string>> strays;
};

/// JSON forms. The readers check types and ranges; both sides treat the other's text as input.
/// @throws Error{invalid}
boost::json::object to_json(const DesiredHost& desired);
boost::json::object to_json(const ObservedHost& observed);
DesiredHost desired_host_from(const boost::json::object& object);
ObservedHost observed_host_from(const boost::json::object& object);

}  // namespace virga::model
