// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "network/host/host_network.h"
#include "network/host/src/metadata_store.h"
#include "network/host/src/netlink.h"
#include "network/host/src/network_service.h"
#include "network/host/src/packet_filter.h"

namespace virga::network {

/// What went wrong in one call; the rest is tried all the same.
class Problems {
 public:
  /// Runs `work` and keeps its failure. True when it succeeded.
  bool attempt(const std::string& what, const std::function<void()>& work);
  /// @throws Error{unavailable} when something failed
  void report() const;

 private:
  std::vector<std::string> sentences_;
};

class LinuxHostNetwork final : public HostNetwork {
 public:
  explicit LinuxHostNetwork(HostNetworkSettings settings);

  void apply(const HostPlan& plan) override;
  void set_metadata(const model::DesiredInstance& instance) override;
  void remove_all() override;

 private:
  void ensure_bridge(const PhysicalNetwork& physical, Links& links);
  void remove_stale_taps(const HostPlan& plan, Links& links);
  void remove_stale(const HostPlan& plan, Links& links, Problems& problems);
  void ensure_tap(const PortPlan& port, Links& links);
  void connect(const PortPlan& port, const Links& links);
  void connect(const NetworkPlan& network, const Links& links);
  void keep_metadata(const HostPlan& plan);
  std::set<std::string> present_networks(const Links& links) const;
  NetworkService& service(const std::string& network_id);

  const HostNetworkSettings settings_;
  const User dnsmasq_user_;
  const User metadata_user_;
  const uid_t tap_owner_;
  std::mutex mutex_;  // guards everything below, and the kernel's state against ourselves
  Netlink netlink_;
  PacketFilter filter_;
  MetadataStore metadata_;
  std::map<std::string, NetworkService> services_;
  std::map<std::string, std::int64_t> mtus_;  // of the networks of the last plan
};

}  // namespace virga::network
