// SPDX-License-Identifier: Apache-2.0
// Networking in memory, with faults on request: for tests and simulated hosts.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include "common/error.h"
#include "network/host/host_network.h"

namespace virga::agent {

/// Keeps the last plan and whose metadata was set. Thread-safe.
class FakeHostNetwork final : public network::HostNetwork {
 public:
  void apply(const network::HostPlan& plan) override;
  void set_metadata(const model::DesiredInstance& instance) override;
  void remove_all() override;

  /// The next `times` apply() throw. `unavailable` throws before the effect, `unknown` after it.
  void fail_next(ErrorKind kind, int times = 1);

  network::HostPlan plan() const;
  bool has_ports_of(const std::string& instance_id) const;
  /// Instances whose metadata is served: set, and with a port in the plan since.
  bool has_metadata_of(const std::string& instance_id) const;
  std::int64_t applied() const;

 private:
  mutable std::mutex mutex_;  ///< guards all below
  network::HostPlan plan_;
  std::set<std::string> metadata_;
  std::int64_t applied_ = 0;
  ErrorKind failure_ = ErrorKind::unavailable;
  int failures_ = 0;
};

}  // namespace virga::agent
