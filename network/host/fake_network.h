// SPDX-License-Identifier: Apache-2.0
// A host's network in memory, for tests and simulated hosts.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "common/error.h"
#include "network/host/host_network.h"

namespace virga::network {

/// Remembers what it was told. Thread-safe.
class FakeHostNetwork final : public HostNetwork {
 public:
  void apply(const HostPlan& plan) override {
    const std::lock_guard lock(mutex_);
    ++calls_;
    if (!failure_.empty()) throw Error(ErrorKind::unavailable, failure_);
    plan_ = plan;
  }

  void set_metadata(const model::DesiredInstance& instance) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.empty()) throw Error(ErrorKind::unavailable, failure_);
    metadata_.insert_or_assign(instance.instance.id, instance);
  }

  void remove_all() override {
    const std::lock_guard lock(mutex_);
    plan_ = {};
    metadata_.clear();
  }

  /// Each call fails with this sentence until it is called with an empty one.
  void fail_with(const std::string& sentence) {
    const std::lock_guard lock(mutex_);
    failure_ = sentence;
  }

  /// The plan in force.
  HostPlan plan() const {
    const std::lock_guard lock(mutex_);
    return plan_;
  }

  /// How often apply() was called.
  int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  /// What an instance could read about itself.
  std::optional<model::DesiredInstance> metadata_of(const std::string& instance_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = metadata_.find(instance_id);
    if (found == metadata_.end()) return std::nullopt;
    return found->second;
  }

 private:
  mutable std::mutex mutex_;  // guards all members
  HostPlan plan_;
  std::map<std::string, model::DesiredInstance> metadata_;
  std::string failure_;
  int calls_ = 0;
};

}  // namespace virga::network
