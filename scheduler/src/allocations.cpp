// SPDX-License-Identifier: Apache-2.0
// What is taken of hosts, and by whom.
#include <cmath>
#include <memory>
#include <utility>

#include "scheduler/src/cloud.h"

namespace virga::scheduler {

std::int64_t Inventory::capacity() const {
  return static_cast<std::int64_t>(
      std::floor(static_cast<double>(total - reserved) * allocation_ratio));
}

bool Inventory::takes(std::int64_t amount) const {
  return amount >= min_unit && amount <= max_unit && (step_size <= 1 || amount % step_size == 0);
}

std::optional<Slot> Cloud::slot_of_consumer(const std::string& consumer_id) const {
  const auto found = allocations_.find(consumer_id);
  return found == allocations_.end() ? std::nullopt : std::optional(found->second.slot);
}

const GroupHosts* Cloud::hosts_of_group(const std::string& group_id) const {
  const auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : &found->second;
}

void Cloud::take_devices(HostDetails& d, const Extras& extras, std::int64_t sign) {
  for (const auto& claim : extras.pci)  // pools that are gone are not counted
    if (claim.pool < d.pci_free.size()) d.pci_free[claim.pool] -= sign * claim.count;
  for (const auto& claim : extras.numa)
    for (std::size_t i = 0; i < d.numa.size(); ++i)
      if (d.numa[i].id == claim.cell) d.numa_use[i].take(claim, sign);
}

/// What is free of devices and cells that are not the same as before.
void Cloud::recount_devices(Slot slot) {
  HostDetails& d = columns.details[slot];
  d.pci_free.clear();
  for (const auto& pool : d.pci) d.pci_free.push_back(pool.count);
  d.numa_use.assign(d.numa.size(), {});
  for (const auto& [consumer, kept] : allocations_)
    if (kept.slot == slot && kept.extras) take_devices(d, *kept.extras, 1);
}

void Cloud::take(const Kept& kept, std::int64_t sign) {
  const Slot s = kept.slot;
  unshelve(s);
  columns.free_vcpus[s] -= sign * kept.vcpus;
  columns.free_memory_mib[s] -= sign * kept.memory_mib;
  columns.free_disk_gib[s] -= sign * kept.disk_gib;
  columns.instances[s] += sign;
  if (kept.extras) {
    HostDetails& d = columns.details[s];
    for (const auto& [name, amount] : kept.extras->others) d.others_used[name] += sign * amount;
    take_devices(d, *kept.extras, sign);
  }
  if (kept.group != nullptr && (kept.group->second[s] += sign) == 0) kept.group->second.erase(s);
  shelve(s);
}

void Cloud::apply(const Allocation& a) {
  const Slot s = slot_of(a.host_id);
  release(a.consumer_id);
  Kept kept{s, a.resources.vcpus, a.resources.memory_mib, a.resources.disk_gib, nullptr, nullptr};
  if (!a.group_id.empty()) kept.group = &*groups_.try_emplace(a.group_id).first;
  if (!a.resources.others.empty() || !a.numa.empty() || !a.pci.empty())
    kept.extras = std::make_unique<Extras>(Extras{a.resources.others, a.numa, a.pci});
  take(kept, 1);
  allocations_.emplace(a.consumer_id, std::move(kept));
}

void Cloud::release(const std::string& consumer_id) {
  const auto found = allocations_.find(consumer_id);
  if (found == allocations_.end()) return;
  take(found->second, -1);
  if (const auto* group = found->second.group; group != nullptr && group->second.empty())
    groups_.erase(std::string(group->first));
  allocations_.erase(found);
}

}  // namespace virga::scheduler
