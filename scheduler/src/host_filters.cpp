// SPDX-License-Identifier: Apache-2.0
// Filters over what differs between hosts of a class. Meanings: nova/scheduler/filters, Placement.
#include <algorithm>

#include "scheduler/src/query.h"

namespace virga::scheduler {
namespace {

bool contains(const std::vector<Slot>& sorted, Slot slot) {
  return std::binary_search(sorted.begin(), sorted.end(), slot);
}

bool ignore_hosts(const Cloud&, Slot s, const Query& q) {
  return !contains(q.ignored, s);
}

bool requested_host(const Cloud&, Slot s, const Query& q) {
  return !q.is_wanted_only || contains(q.wanted, s);
}

/// A forced host may be away for a while, but not disabled: Placement would not offer it.
bool compute(const Cloud& c, Slot s, const Query& q) {
  return c.columns.enabled[s] != 0 && (q.forced || c.columns.up[s] != 0);
}

bool has_room(std::int64_t wanted, std::int64_t free, const Inventory& inventory) {
  return wanted == 0 || (wanted <= free && inventory.takes(wanted));
}

bool core(const Cloud& c, Slot s, const Query& q) {
  return has_room(q.request.demand.resources.vcpus, c.columns.free_vcpus[s],
                  c.columns.details[s].vcpus);
}

bool ram(const Cloud& c, Slot s, const Query& q) {
  return has_room(q.request.demand.resources.memory_mib, c.columns.free_memory_mib[s],
                  c.columns.details[s].memory_mib);
}

bool disk(const Cloud& c, Slot s, const Query& q) {
  return has_room(q.request.demand.resources.disk_gib, c.columns.free_disk_gib[s],
                  c.columns.details[s].disk_gib);
}

bool resource_class(const Cloud& c, Slot s, const Query& q) {
  const HostDetails& d = c.columns.details[s];
  const auto& wanted = q.request.demand.resources.others;
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& other) {
    const auto inventory = d.others.find(other.first);
    if (inventory == d.others.end()) return false;
    const auto used = d.others_used.find(other.first);
    const std::int64_t taken = used == d.others_used.end() ? 0 : used->second;
    return has_room(other.second, inventory->second.capacity() - taken, inventory->second);
  });
}

bool num_instances(const Cloud& c, Slot s, const Query&) {
  return c.columns.instances[s] < c.options.max_instances_per_host;
}

bool aggregate_num_instances(const Cloud& c, Slot s, const Query&) {
  return c.columns.instances[s] < c.class_of(s).max_instances;
}

bool io_ops(const Cloud& c, Slot s, const Query&) {
  return c.columns.io_ops[s] < c.options.max_io_ops_per_host;
}

bool aggregate_io_ops(const Cloud& c, Slot s, const Query&) {
  return c.columns.io_ops[s] < c.class_of(s).max_io_ops;
}

bool capabilities(const Cloud& c, Slot s, const Query& q) {
  return std::all_of(
      q.profile.host_specs.begin(), q.profile.host_specs.end(),
      [&](const auto& spec) { return spec_matches(host_attribute(c, s, spec.name), spec.wanted); });
}

bool same_host(const Cloud&, Slot s, const Query& q) {
  return q.request.same_host.empty() || contains(q.same_host, s);
}

bool different_host(const Cloud&, Slot s, const Query& q) {
  return !contains(q.different_host, s);
}

bool cidr(const Cloud& c, Slot s, const Query& q) {
  if (!q.near) return true;
  const auto address = read_address(c.columns.details[s].address);
  return address && q.near->contains(*address);
}

bool affinity(const Cloud&, Slot s, const Query& q) {
  if (!q.request.group || q.request.group->policy != GroupPolicy::affinity) return true;
  return q.group == nullptr || q.group->count(s) != 0;  // the first member goes anywhere
}

bool anti_affinity(const Cloud&, Slot s, const Query& q) {
  if (!q.request.group || q.request.group->policy != GroupPolicy::anti_affinity) return true;
  if (q.group == nullptr || q.own == s) return true;
  const auto members = q.group->find(s);
  return members == q.group->end() || members->second < q.request.group->max_server_per_host;
}

PciState pci_of(const HostDetails& d) {
  return {d.pci, d.pci_free};
}

bool pci_passthrough(const Cloud& c, Slot s, const Query& q) {
  const HostDetails& d = c.columns.details[s];
  return fit_pci(pci_of(d), q.request.demand.pci, {}, d.numa).has_value();
}

bool numa_topology(const Cloud& c, Slot s, const Query& q) {
  return q.request.numa.empty() || fit_devices(c, s, q).has_value();
}

}  // namespace

HostFilter host_filter(Filter filter) {
  switch (filter) {
    case Filter::ignore_hosts:
      return ignore_hosts;
    case Filter::requested_host:
      return requested_host;
    case Filter::compute:
      return compute;
    case Filter::core:
      return core;
    case Filter::ram:
      return ram;
    case Filter::disk:
      return disk;
    case Filter::resource_class:
      return resource_class;
    case Filter::num_instances:
      return num_instances;
    case Filter::aggregate_num_instances:
      return aggregate_num_instances;
    case Filter::io_ops:
      return io_ops;
    case Filter::aggregate_io_ops:
      return aggregate_io_ops;
    case Filter::compute_capabilities:
      return capabilities;
    case Filter::same_host:
      return same_host;
    case Filter::different_host:
      return different_host;
    case Filter::simple_cidr_affinity:
      return cidr;
    case Filter::server_group_affinity:
      return affinity;
    case Filter::server_group_anti_affinity:
      return anti_affinity;
    case Filter::pci_passthrough:
      return pci_passthrough;
    case Filter::numa_topology:
      return numa_topology;
    default:
      return nullptr;
  }
}

bool passes_everything(const Cloud& cloud, Slot slot, const Query& query) {
  if (query.profile.levels[cloud.columns.class_id[slot]] < 0) return false;
  for (std::size_t f = 0; f < kFilters; ++f) {
    const auto filter = static_cast<Filter>(f);
    const HostFilter passes = host_filter(filter);
    if (query.on.has(filter) && passes != nullptr && !passes(cloud, slot, query)) return false;
  }
  return true;
}

std::optional<NumaFit> fit_devices(const Cloud& cloud, Slot slot, const Query& query) {
  const HostDetails& d = cloud.columns.details[slot];
  const auto& wanted = query.request.demand.pci;
  if (!query.request.numa.empty() && query.on.has(Filter::numa_topology))
    return fit_numa({d.numa, d.numa_use, d.vcpus.allocation_ratio, d.memory_mib.allocation_ratio},
                    query.request.numa, pci_of(d), wanted);
  NumaFit fit;
  if (wanted.empty() || !query.on.has(Filter::pci_passthrough)) return fit;
  auto claims = fit_pci(pci_of(d), wanted, {}, d.numa);
  if (!claims) return std::nullopt;
  fit.pci = std::move(*claims);
  return fit;
}

std::string host_attribute(const Cloud& cloud, Slot s, const std::string& name) {
  const Columns& c = cloud.columns;
  const HostDetails& d = c.details[s];
  if (name == "host") return c.name[s];
  if (name == "nodename" || name == "hypervisor_hostname") return d.node;
  if (name == "uuid") return d.id;
  if (name == "host_ip") return d.address;
  if (name == "hypervisor_type") return d.hypervisor_type;
  if (name == "cpu_allocation_ratio") return std::to_string(d.vcpus.allocation_ratio);
  if (name == "ram_allocation_ratio") return std::to_string(d.memory_mib.allocation_ratio);
  if (name == "disk_allocation_ratio") return std::to_string(d.disk_gib.allocation_ratio);
  const auto used = [](const Inventory& i, std::int64_t free) { return i.capacity() - free; };
  std::int64_t number = 0;
  if (name == "hypervisor_version") number = cloud.class_of(s).facts.hypervisor_version;
  if (name == "num_instances") number = c.instances[s];
  if (name == "num_io_ops") number = c.io_ops[s];
  if (name == "failed_builds") number = c.failed_builds[s];
  if (name == "vcpus_total") number = d.vcpus.total;
  if (name == "vcpus_used") number = used(d.vcpus, c.free_vcpus[s]);
  if (name == "total_usable_ram_mb") number = d.memory_mib.total;
  if (name == "free_ram_mb") number = d.memory_mib.total - used(d.memory_mib, c.free_memory_mib[s]);
  if (name == "total_usable_disk_gb") number = d.disk_gib.total;
  if (name == "disk_mb_used") number = used(d.disk_gib, c.free_disk_gib[s]) * 1024;
  if (name == "free_disk_mb")
    number = (d.disk_gib.total - used(d.disk_gib, c.free_disk_gib[s])) * 1024;
  return std::to_string(number);
}

}  // namespace virga::scheduler
