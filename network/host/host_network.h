// SPDX-License-Identifier: Apache-2.0
// Makes the kernel and the DHCP and metadata helpers of this host equal to a plan.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "network/plan/host_plan.h"

namespace virga::network {

/// The networking of one host. Thread-safe; calls are serialised inside.
class HostNetwork {
 public:
  virtual ~HostNetwork() = default;

  /// Makes reality equal to the plan: what is missing is made, what is ours and not in the plan is
  /// removed. Idempotent; a second call with the same plan changes nothing. Rules are in force
  /// before a tap is up. Safe to be killed at any instruction: the next call completes it.
  /// @throws Error{unavailable} when something could not be made; the rest was tried all the same
  virtual void apply(const HostPlan& plan) = 0;

  /// Metadata documents of one instance as the helper serves them, keyed by the port's address.
  /// Written before the guest starts; kept while its ports are in the plan. Idempotent.
  virtual void set_metadata(const model::DesiredInstance& instance) = 0;

  /// Removes everything that apply() ever made, bridges included, for good: what an uninstallation
  /// needs. Idempotent.  @throws Error{unavailable} when something could not be removed
  virtual void remove_all() = 0;
};

/// A bridge that this host is to have for a physical network.
struct PhysicalNetwork {
  std::string name;
  std::string bridge;
  bool create = false;       ///< make the bridge when it is missing
  std::string host_address;  ///< "172.31.0.1/24" put on the bridge; empty: none
};

struct HostNetworkSettings {
  std::vector<PhysicalNetwork> physical_networks;
  std::string state_directory =
      "/var/lib/virga/network";                      ///< DHCP tables, leases, metadata documents
  std::string run_directory = "/run/virga/network";  ///< pid files
  std::string metadata_program;                      ///< absolute path of virga-metadata
  std::string dnsmasq_program = "/usr/sbin/dnsmasq";
  std::string tap_user = "libvirt-qemu";         ///< may open the taps; root alone when unknown
  std::string dnsmasq_user = "dnsmasq";          ///< "nobody" when unknown
  std::string metadata_user = "virga-metadata";  ///< "nobody" when unknown
};

/// The real thing: netlink, nftables, dnsmasq, virga-metadata. Needs root. Works in the network
/// namespace of the calling thread; later calls have to come from threads in the same one. The
/// users of the helpers need search permission on the way to both directories.
/// @throws Error{unavailable}
std::unique_ptr<HostNetwork> make_linux_network(HostNetworkSettings settings);

}  // namespace virga::network
