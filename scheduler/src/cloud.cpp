// SPDX-License-Identifier: Apache-2.0
#include "scheduler/src/cloud.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "common/error.h"

namespace virga::scheduler {
namespace {

ClassFacts facts_of(const Host& host) {
  ClassFacts facts;
  facts.vcpus = rounded_size(host.vcpus.capacity());
  facts.memory_mib = rounded_size(host.memory_mib.capacity());
  facts.has_pci = !host.pci.empty();
  facts.hypervisor_version = host.hypervisor_version;
  for (const auto& [name, inventory] : host.others)
    if (inventory.capacity() > 0) facts.others.insert(name);
  facts.traits = host.traits;
  facts.capabilities = host.capabilities;
  facts.supported_instances = host.supported_instances;
  std::sort(facts.supported_instances.begin(), facts.supported_instances.end());
  return facts;
}

std::int32_t cut(std::int64_t amount) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      amount, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

Slot Columns::add() {
  const auto slot = static_cast<Slot>(size());
  const auto grow = [&](auto&... column) { (column.emplace_back(), ...); };
  grow(name, class_id, free_vcpus, free_memory_mib, free_disk_gib, instances, io_ops, failed_builds,
       generation, enabled, up, shelved, details);
  return slot;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

void Cloud::find_named(const std::string& name, std::vector<Slot>& slots) const {
  const auto [first, last] = names_.equal_range(lower_case(name));
  for (auto it = first; it != last; ++it) slots.push_back(it->second);
}

/// The host is on no shelf meanwhile: names order those.
void Cloud::rename(Slot slot, const std::string& name) {
  if (columns.name[slot] == name) return;
  const auto [first, last] = names_.equal_range(lower_case(columns.name[slot]));
  const auto old = std::find_if(first, last, [&](const auto& n) { return n.second == slot; });
  if (old != last) names_.erase(old);
  if (!name.empty()) names_.emplace(lower_case(name), slot);
  columns.name[slot] = name;
}

Slot Cloud::slot_of(const std::string& host_id) const {
  const auto found = slots_.find(host_id);
  if (found == slots_.end())
    throw Error(ErrorKind::not_found, "The scheduler knows no host " + host_id + ".");
  return found->second;
}

/// Hosts that every request would be refused are in no index.
bool Cloud::belongs_on_shelf(Slot s) const {
  const auto on = [&](Filter f) { return options.filters.has(f); };
  const HostClass& c = class_of(s);
  return !(on(Filter::compute) && (columns.enabled[s] == 0 || columns.up[s] == 0)) &&
         !(on(Filter::num_instances) && columns.instances[s] >= options.max_instances_per_host) &&
         !(on(Filter::aggregate_num_instances) && columns.instances[s] >= c.max_instances) &&
         !(on(Filter::io_ops) && columns.io_ops[s] >= options.max_io_ops_per_host) &&
         !(on(Filter::aggregate_io_ops) && columns.io_ops[s] >= c.max_io_ops);
}

void Cloud::shelve(Slot s) {
  if (!belongs_on_shelf(s)) return;
  columns.shelved[s] = 1;
  classes[columns.class_id[s]]
      .shelf(failing(s), in_use(s))
      .insert(columns.free_vcpus[s], {columns.free_memory_mib[s], s, cut(columns.free_disk_gib[s])},
              columns.name);
}

void Cloud::unshelve(Slot s) {
  if (columns.shelved[s] == 0) return;
  columns.shelved[s] = 0;
  classes[columns.class_id[s]]
      .shelf(failing(s), in_use(s))
      .erase(columns.free_vcpus[s], {columns.free_memory_mib[s], s, 0}, columns.name);
}

void Cloud::leave_class(Slot slot) {
  const ClassId id = columns.class_id[slot];
  if (--classes[id].hosts > 0) return;
  class_ids_.erase(classes[id].facts);
  classes[id] = HostClass{};
  free_classes_.push_back(id);
}

/// The host is on no shelf meanwhile.
void Cloud::classify(Slot slot, ClassFacts facts) {
  ++epoch;  // even if the class was there: what is rare may have changed
  const auto found = class_ids_.find(facts);
  ClassId id = 0;
  if (found != class_ids_.end()) {
    id = found->second;
  } else {
    if (free_classes_.empty()) {
      classes.emplace_back();
      free_classes_.push_back(static_cast<ClassId>(classes.size() - 1));
    }
    id = free_classes_.back();
    free_classes_.pop_back();
    HostClass& c = classes[id];
    c.facts = facts;
    c.fit = {1.0 / static_cast<double>(std::max<std::int64_t>(facts.vcpus, 1)),
             1.0 / static_cast<double>(std::max<std::int64_t>(facts.memory_mib, 1))};
    read_metadata(c, aggregates_, options);
    class_ids_.emplace(std::move(facts), id);
  }
  ++classes[id].hosts;
  columns.class_id[slot] = id;
  raise_ceiling(slot);
}

/// What the largest request is that a class can ever take only grows while the class is there.
void Cloud::raise_ceiling(Slot slot) {
  const HostDetails& d = columns.details[slot];
  const std::array<const Inventory*, 3> inventories{&d.vcpus, &d.memory_mib, &d.disk_gib};
  for (std::size_t i = 0; i < inventories.size(); ++i) {
    const auto most = std::min(inventories.at(i)->capacity(), inventories.at(i)->max_unit);
    std::int64_t& ceiling = classes[columns.class_id[slot]].largest.at(i);
    if (most <= ceiling) continue;
    ceiling = most;
    ++epoch;
  }
}

Slot Cloud::add_host(const std::string& id) {
  if (free_slots_.empty()) free_slots_.push_back(columns.add());
  const Slot s = free_slots_.back();
  free_slots_.pop_back();
  slots_.emplace(id, s);
  return s;
}

/// Writes down all that was told of a host. It is on no shelf meanwhile.
void Cloud::describe(Slot s, const Host& host) {
  HostDetails& d = columns.details[s];
  columns.free_vcpus[s] += host.vcpus.capacity() - d.vcpus.capacity();
  columns.free_memory_mib[s] += host.memory_mib.capacity() - d.memory_mib.capacity();
  columns.free_disk_gib[s] += host.disk_gib.capacity() - d.disk_gib.capacity();
  d.id = host.id;
  d.node = host.node.empty() ? host.name : host.node;
  d.address = host.address;
  d.hypervisor_type = host.hypervisor_type;
  d.vcpus = host.vcpus;
  d.memory_mib = host.memory_mib;
  d.disk_gib = host.disk_gib;
  d.others = host.others;
  if (d.pci != host.pci || d.numa != host.numa) {
    d.pci = host.pci;
    d.numa = host.numa;
    recount_devices(s);
  }
  rename(s, host.name);
  columns.enabled[s] = host.enabled;
  columns.up[s] = host.up;
  columns.generation[s] = host.generation;
  columns.io_ops[s] = host.io_ops;
  columns.failed_builds[s] = host.failed_builds;
}

void Cloud::upsert_host(const Host& host) {
  const auto found = slots_.find(host.id);
  const bool is_new = found == slots_.end();
  const Slot s = is_new ? add_host(host.id) : found->second;
  if (!is_new) unshelve(s);
  describe(s, host);
  ClassFacts facts = facts_of(host);
  for (const auto& [id, aggregate] : aggregates_)
    if (aggregate.host_ids.count(host.id) != 0) facts.aggregates.insert(id);
  if (!is_new && class_of(s).facts == facts) {
    raise_ceiling(s);
  } else {
    if (!is_new) leave_class(s);
    classify(s, std::move(facts));
  }
  shelve(s);
}

void Cloud::remove_host(const std::string& id) {
  const auto found = slots_.find(id);
  if (found == slots_.end()) return;
  const Slot s = found->second;
  std::vector<std::string> consumers;
  for (const auto& [consumer, kept] : allocations_)
    if (kept.slot == s) consumers.push_back(consumer);
  for (const auto& consumer : consumers) release(consumer);
  unshelve(s);
  leave_class(s);
  rename(s, "");
  columns.details[s] = {};
  columns.free_vcpus[s] = columns.free_memory_mib[s] = columns.free_disk_gib[s] = 0;
  slots_.erase(found);
  free_slots_.push_back(s);
  ++epoch;
}

void Cloud::set_enabled(Slot s, bool enabled, bool up) {
  if ((columns.enabled[s] != 0) == enabled && (columns.up[s] != 0) == up) return;
  unshelve(s);
  columns.enabled[s] = enabled;
  columns.up[s] = up;
  shelve(s);
}

void Cloud::set_load(Slot s, std::int64_t io_ops, std::int64_t failed_builds) {
  if (columns.io_ops[s] == io_ops && columns.failed_builds[s] == failed_builds) return;
  unshelve(s);
  columns.io_ops[s] = io_ops;
  columns.failed_builds[s] = failed_builds;
  shelve(s);
}

void Cloud::change_aggregate(const std::string& id, const Aggregate* now) {
  std::vector<Slot> touched;
  const auto touch = [&](const Aggregate& a) {
    for (const auto& host : a.host_ids)
      if (const auto found = slots_.find(host); found != slots_.end())
        touched.push_back(found->second);
  };
  if (const auto old = aggregates_.find(id); old != aggregates_.end()) touch(old->second);
  if (now != nullptr) touch(*now);
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const Slot s : touched) unshelve(s);
  if (now != nullptr)
    aggregates_[id] = *now;
  else
    aggregates_.erase(id);
  for (HostClass& c : classes)
    if (c.facts.aggregates.count(id) != 0) read_metadata(c, aggregates_, options);
  for (const Slot s : touched) {
    ClassFacts facts = class_of(s).facts;
    facts.aggregates.erase(id);
    if (now != nullptr && now->host_ids.count(columns.details[s].id) != 0)
      facts.aggregates.insert(id);
    leave_class(s);
    classify(s, std::move(facts));
  }
  for (const Slot s : touched) shelve(s);
  ++epoch;
}

void Cloud::upsert_aggregate(const Aggregate& aggregate) {
  change_aggregate(aggregate.id, &aggregate);
}

void Cloud::remove_aggregate(const std::string& id) {
  change_aggregate(id, nullptr);
}

}  // namespace virga::scheduler
