// SPDX-License-Identifier: Apache-2.0
#include "scheduler/scheduler.h"

#include <utility>

#include "scheduler/src/cloud.h"
#include "scheduler/src/explain.h"
#include "scheduler/src/packing.h"
#include "scheduler/src/profile.h"
#include "scheduler/src/query.h"

namespace virga::scheduler {

struct Scheduler::Impl {
  explicit Impl(Options options) : cloud(std::move(options)) {}
  Cloud cloud;
  Profiles profiles;

  Query query(const Request& request) {
    const bool forced = !request.force_hosts.empty() || !request.force_nodes.empty();
    return {cloud, request, profiles.of(cloud, request.demand, forced)};
  }
};

Scheduler::Scheduler(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Scheduler::~Scheduler() = default;
Scheduler::Scheduler(Scheduler&&) noexcept = default;
Scheduler& Scheduler::operator=(Scheduler&&) noexcept = default;

void Scheduler::upsert_host(const Host& host) {
  impl_->cloud.upsert_host(host);
}
void Scheduler::remove_host(const std::string& id) {
  impl_->cloud.remove_host(id);
}

void Scheduler::set_state(const std::string& host_id, const HostState& state) {
  Cloud& cloud = impl_->cloud;
  const Slot slot = cloud.slot_of(host_id);
  cloud.set_enabled(slot, state.enabled, state.up);
  cloud.set_load(slot, state.io_ops, state.failed_builds);
  cloud.columns.generation[slot] = state.generation;
}

void Scheduler::upsert_aggregate(const Aggregate& aggregate) {
  impl_->cloud.upsert_aggregate(aggregate);
}

void Scheduler::remove_aggregate(const std::string& id) {
  impl_->cloud.remove_aggregate(id);
}
void Scheduler::apply(const Allocation& allocation) {
  impl_->cloud.apply(allocation);
}
void Scheduler::release(const std::string& consumer_id) {
  impl_->cloud.release(consumer_id);
}

std::optional<Choice> Scheduler::pick(const Request& request) {
  const Query query = impl_->query(request);
  const Cloud& cloud = impl_->cloud;
  const Slot slot = cloud.options.weights.empty() ? pack(cloud, query) : weigh(cloud, query);
  if (slot == kNoSlot) return std::nullopt;
  Choice choice;
  choice.host_name = cloud.columns.name[slot];
  choice.generation = cloud.columns.generation[slot];
  Allocation& a = choice.allocation;
  a.consumer_id = request.instance_id;
  a.host_id = cloud.columns.details[slot].id;
  if (request.group) a.group_id = request.group->id;
  a.resources = request.demand.resources;
  if (request.numa.empty() && request.demand.pci.empty()) return choice;
  auto devices = *fit_devices(cloud, slot, query);
  a.numa = std::move(devices.cells);
  a.pci = std::move(devices.pci);
  return choice;
}

Explanation Scheduler::explain(const Request& request) {
  return explain_query(impl_->cloud, impl_->query(request));
}

std::size_t Scheduler::hosts() const {
  return impl_->cloud.host_count();
}
std::size_t Scheduler::allocations() const {
  return impl_->cloud.allocation_count();
}

}  // namespace virga::scheduler
