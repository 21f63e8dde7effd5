// SPDX-License-Identifier: Apache-2.0
// DHCP and metadata of one network on this host: a namespace, a veth into it, two helper programs.
#pragma once

#include <optional>
#include <string>

#include "network/host/host_network.h"
#include "network/host/src/helper.h"
#include "network/host/src/namespaces.h"
#include "network/host/src/netlink.h"
#include "network/host/src/users.h"

namespace virga::network {

/// Where the helpers of one network are and who they run as.
struct ServicePlaces {
  std::string network_id;
  std::string state_directory;  ///< of this network
  std::string dhcp_pid_file;
  std::string metadata_pid_file;
  std::string metadata_program;
  std::string dnsmasq_program;
  User dnsmasq_user;
  User metadata_user;
};

/// Alias of devices of ours: "virga:" and the id of the port or network.
std::string alias_of(const std::string& id);

/// Not thread-safe. Everything is idempotent and throws Error{unavailable}, or Error{conflict} when
/// a device that is not ours has our device's name.
class NetworkService {
 public:
  explicit NetworkService(ServicePlaces places) : places_(std::move(places)) {}

  /// The namespace and the veth, whose host side stays down when it is new. Updates `links`.
  void ensure_devices(Netlink& host, Links& links, const NetworkPlan& plan);

  /// Addresses inside, then both helpers with the present table of hosts.
  void ensure_serving(const NetworkPlan& plan);

  /// Ends the helpers and removes devices, namespace and files.
  void remove(Netlink& host, Links& links);

 private:
  void enter(const NetworkPlan& plan);
  void ensure_inside(const NetworkPlan& plan);
  void ensure_dhcp(const NetworkPlan& plan);
  void ensure_metadata();

  ServicePlaces places_;
  Namespace space_;
  std::optional<Netlink> inner_;             // a socket inside space_
  std::optional<std::string> served_hosts_;  // the table that dnsmasq has surely read
};

}  // namespace virga::network
