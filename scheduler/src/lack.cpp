// SPDX-License-Identifier: Apache-2.0
// What a host lacks, in words and amounts.
#include <algorithm>

#include "scheduler/src/explain.h"

namespace virga::scheduler {
namespace {

/// How much a consumer that wants `wanted` could have at most.
std::int64_t available(std::int64_t wanted, std::int64_t free, const Inventory& inventory) {
  std::int64_t most = std::max<std::int64_t>(0, std::min({wanted, free, inventory.max_unit}));
  if (inventory.step_size > 1) most -= most % inventory.step_size;
  return most < inventory.min_unit ? 0 : most;
}

Lack amount(Filter filter, std::string what, std::string unit, std::int64_t wanted,
            std::int64_t free, const Inventory& inventory) {
  return {filter, std::move(what), std::move(unit), wanted, available(wanted, free, inventory)};
}

Lack resource_lack(const HostDetails& d, const Resources& wanted) {
  for (const auto& [name, count] : wanted.others) {
    const auto inventory = d.others.find(name);
    if (inventory == d.others.end()) return {Filter::resource_class, "has no " + name, "", 0, 0};
    const auto used = d.others_used.find(name);
    const std::int64_t free =
        inventory->second.capacity() - (used == d.others_used.end() ? 0 : used->second);
    if (count > free || !inventory->second.takes(count))
      return amount(Filter::resource_class, name, "", count, free, inventory->second);
  }
  return {Filter::resource_class, "", "", 0, 0};
}

std::string trait_text(const ClassFacts& facts, const Demand& d) {
  for (const auto& trait : d.required_traits)
    if (facts.traits.count(trait) == 0) return "lacks trait " + trait;
  for (const auto& trait : d.forbidden_traits)
    if (facts.traits.count(trait) != 0) return "has the forbidden trait " + trait;
  return "";
}

std::string aggregate_text(const ClassFacts& facts, const Demand& d) {
  for (const auto& id : d.forbidden_aggregates)
    if (facts.aggregates.count(id) != 0) return "is in the forbidden aggregate " + id;
  return d.required_aggregates.empty() ? "is isolated for other traits"
                                       : "is in none of the wanted aggregates";
}

std::string capability_text(const Cloud& cloud, Slot s, const Query& q) {
  const auto& known = cloud.class_of(s).facts.capabilities;
  for (const auto& spec : capability_specs(q.request.demand)) {
    const auto found = known.find(spec.name);
    std::string value;
    if (is_host_attribute(spec.name))
      value = host_attribute(cloud, s, spec.name);
    else if (found != known.end())
      value = found->second;
    else if (spec.scoped)
      return "does not tell " + spec.name;
    else
      continue;
    if (!spec_matches(value, spec.wanted))
      return spec.name + " does not match '" + spec.wanted + "'";
  }
  return "";
}

/// What filters say that do not count amounts.
std::string text_of(const Cloud& cloud, Slot s, const Query& q, Filter filter) {
  const ClassFacts& facts = cloud.class_of(s).facts;
  const Demand& d = q.request.demand;
  switch (filter) {
    case Filter::ignore_hosts:
      return "is to be ignored";
    case Filter::requested_host:
      return "is not the wanted host";
    case Filter::compute:
      return cloud.columns.enabled[s] != 0 ? "is down" : "is disabled";
    case Filter::availability_zone:
      return "is not in zone " + d.availability_zone;
    case Filter::aggregates:
      return aggregate_text(facts, d);
    case Filter::traits:
      return trait_text(facts, d);
    case Filter::aggregate_multi_tenancy_isolation:
      return "is kept for other projects";
    case Filter::aggregate_type_affinity:
      return "is kept for other flavors";
    case Filter::aggregate_instance_extra_specs:
      return "its aggregates do not match the extra specs of the flavor";
    case Filter::aggregate_image_properties_isolation:
      return "its aggregates do not match the properties of the image";
    case Filter::compute_capabilities:
      return capability_text(cloud, s, q);
    case Filter::image_properties:
      return "does not run such images";
    case Filter::num_instances:
    case Filter::aggregate_num_instances:
      return "has as many instances as it may";
    case Filter::io_ops:
    case Filter::aggregate_io_ops:
      return "is busy with as many instances as it may";
    case Filter::same_host:
      return "has none of the instances of the hint";
    case Filter::different_host:
      return "has an instance of the hint";
    case Filter::simple_cidr_affinity:
      return "is not near enough";
    case Filter::server_group_affinity:
      return "has no member of the group";
    case Filter::server_group_anti_affinity:
      return "has members of the group";
    case Filter::pci_passthrough:
      return "lacks free devices";
    case Filter::numa_topology:
      return "has no NUMA cells with room for the guest's";
    default:
      return "";
  }
}

}  // namespace

Lack lack_of(const Cloud& cloud, Slot s, const Query& q, Filter filter) {
  const Columns& c = cloud.columns;
  const HostDetails& d = c.details[s];
  const Resources& r = q.request.demand.resources;
  switch (filter) {
    case Filter::core:
      return amount(filter, "vCPUs", "", r.vcpus, c.free_vcpus[s], d.vcpus);
    case Filter::ram:
      return amount(filter, "memory", "MiB", r.memory_mib, c.free_memory_mib[s], d.memory_mib);
    case Filter::disk:
      return amount(filter, "disk", "GiB", r.disk_gib, c.free_disk_gib[s], d.disk_gib);
    case Filter::resource_class:
      return resource_lack(d, r);
    default:
      return {filter, text_of(cloud, s, q, filter), "", 0, 0};
  }
}

}  // namespace virga::scheduler
