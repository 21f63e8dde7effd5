// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/network_keeper.h"

#include <vector>

#include "common/error.h"

namespace virga::agent {
namespace {

/// Why a plan with nothing but this port cannot be made; empty when it can.
std::string refusal_of(const model::Port& port, const std::vector<model::DesiredNetwork>& networks,
                       const network::BridgeMap& bridges) {
  model::DesiredHost alone;
  alone.networks = networks;
  alone.instances.emplace_back().ports.push_back(port);
  try {
    (void)network::plan_host(alone, bridges, {});
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}

std::map<std::string, std::string> refusals(const model::DesiredHost& desired,
                                            const network::BridgeMap& bridges) {
  std::map<std::string, std::string> why;  // of each network; empty: none
  for (const auto& instance : desired.instances)
    for (const auto& port : instance.ports)
      if (!why.contains(port.network_id))
        why.emplace(port.network_id, refusal_of(port, desired.networks, bridges));
  std::erase_if(why, [](const auto& item) { return item.second.empty(); });
  return why;
}

}  // namespace

TolerantPlan plan_tolerant(const model::DesiredHost& desired, const network::BridgeMap& bridges,
                           const std::set<std::string>& released) {
  try {
    return {network::plan_host(desired, bridges, released), {}};
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid) throw;
  }
  TolerantPlan out{{}, refusals(desired, bridges)};
  model::DesiredHost reachable = desired;
  for (auto& instance : reachable.instances)
    std::erase_if(instance.ports,
                  [&](const model::Port& p) { return out.refused.contains(p.network_id); });
  out.plan = network::plan_host(reachable, bridges, released);
  return out;
}

NetworkKeeper::NetworkKeeper(network::HostNetwork& network, network::BridgeMap bridges,
                             std::function<NetworkWish()> wish)
    : network_(network), bridges_(std::move(bridges)), wish_(std::move(wish)) {}

std::map<std::string, std::string> NetworkKeeper::apply(When when) {
  const std::scoped_lock lock(mutex_);
  const NetworkWish wish = wish_();
  TolerantPlan next = plan_tolerant(wish.desired, bridges_, wish.released);
  if (when == When::changed && applied_ == next.plan) return next.refused;
  applied_.reset();
  network_.apply(next.plan);
  applied_ = std::move(next.plan);
  return next.refused;
}

}  // namespace virga::agent
