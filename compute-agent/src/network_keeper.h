// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "network/host/host_network.h"

namespace virga::agent {

/// The plan of a host, and which of its networks it cannot have.
struct TolerantPlan {
  network::HostPlan plan;
  std::map<std::string, std::string> refused;  ///< network id -> why
};

/// The plan without the networks that this host does not reach: one of them must not take the
/// others down. Pure.
TolerantPlan plan_tolerant(const model::DesiredHost& desired, const network::BridgeMap& bridges,
                           const std::set<std::string>& released);

/// What a plan is made of, read at the moment when it is made.
struct NetworkWish {
  model::DesiredHost desired;
  std::set<std::string> released;
};

/// Applies the newest plan of the host, one call at a time. Thread-safe.
class NetworkKeeper {
 public:
  NetworkKeeper(network::HostNetwork& network, network::BridgeMap bridges,
                std::function<NetworkWish()> wish);

  enum class When {
    changed,  ///< only when the plan is not the one applied last
    always,   ///< also to mend what others changed
  };

  /// @return the networks that were left out, with the reason.  @throws Error{unavailable}
  std::map<std::string, std::string> apply(When when);

 private:
  network::HostNetwork& network_;
  const network::BridgeMap bridges_;
  const std::function<NetworkWish()> wish_;
  std::mutex mutex_;  ///< guards applied_, and orders the calls
  std::optional<network::HostPlan> applied_;
};

}  // namespace virga::agent
