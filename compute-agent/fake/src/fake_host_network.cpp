// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/fake/fake_host_network.h"

#include <algorithm>

namespace virga::agent {
namespace {

bool has_port(const network::HostPlan& plan, const std::string& instance_id) {
  return std::any_of(plan.ports.begin(), plan.ports.end(), [&](const network::PortPlan& port) {
    return port.instance_id == instance_id;
  });
}

}  // namespace

void FakeHostNetwork::apply(const network::HostPlan& plan) {
  const std::scoped_lock lock(mutex_);
  ++applied_;
  const bool fails = failures_ > 0;
  if (fails) --failures_;
  if (!fails || failure_ == ErrorKind::unknown) {
    plan_ = plan;
    std::erase_if(metadata_, [&](const std::string& id) { return !has_port(plan_, id); });
  }
  if (fails) throw Error(failure_, "The network was not made: a fault was asked for.");
}

void FakeHostNetwork::set_metadata(const model::DesiredInstance& instance) {
  const std::scoped_lock lock(mutex_);
  metadata_.insert(instance.instance.id);
}

void FakeHostNetwork::remove_all() {
  const std::scoped_lock lock(mutex_);
  plan_ = {};
  metadata_.clear();
}

void FakeHostNetwork::fail_next(ErrorKind kind, int times) {
  const std::scoped_lock lock(mutex_);
  failure_ = kind;
  failures_ = times;
}

network::HostPlan FakeHostNetwork::plan() const {
  const std::scoped_lock lock(mutex_);
  return plan_;
}

bool FakeHostNetwork::has_ports_of(const std::string& instance_id) const {
  const std::scoped_lock lock(mutex_);
  return has_port(plan_, instance_id);
}

bool FakeHostNetwork::has_metadata_of(const std::string& instance_id) const {
  const std::scoped_lock lock(mutex_);
  return metadata_.contains(instance_id);
}

std::int64_t FakeHostNetwork::applied() const {
  const std::scoped_lock lock(mutex_);
  return applied_;
}

}  // namespace virga::agent
