// SPDX-License-Identifier: Apache-2.0
#include "scheduler/options.h"

#include <algorithm>
#include <array>

#include "common/error.h"

namespace virga::scheduler {
namespace {

enum class Kind { always, usual, optional };

struct FilterRow {
  Filter filter;
  const char* name;
  Kind kind;
};

constexpr std::array<FilterRow, kFilters> kTable{{
    {Filter::ignore_hosts, "IgnoreHosts", Kind::always},
    {Filter::requested_host, "RequestedHost", Kind::always},
    {Filter::compute, "ComputeFilter", Kind::usual},
    {Filter::availability_zone, "AvailabilityZoneFilter", Kind::usual},
    {Filter::aggregates, "Aggregates", Kind::always},
    {Filter::traits, "Traits", Kind::always},
    {Filter::aggregate_multi_tenancy_isolation, "AggregateMultiTenancyIsolation", Kind::usual},
    {Filter::aggregate_type_affinity, "AggregateTypeAffinityFilter", Kind::usual},
    {Filter::aggregate_instance_extra_specs, "AggregateInstanceExtraSpecsFilter", Kind::optional},
    {Filter::aggregate_image_properties_isolation, "AggregateImagePropertiesIsolation",
     Kind::optional},
    {Filter::compute_capabilities, "ComputeCapabilitiesFilter", Kind::usual},
    {Filter::image_properties, "ImagePropertiesFilter", Kind::usual},
    {Filter::core, "CoreFilter", Kind::always},
    {Filter::ram, "RamFilter", Kind::always},
    {Filter::disk, "DiskFilter", Kind::always},
    {Filter::resource_class, "ResourceClass", Kind::always},
    {Filter::num_instances, "NumInstancesFilter", Kind::optional},
    {Filter::aggregate_num_instances, "AggregateNumInstancesFilter", Kind::optional},
    {Filter::io_ops, "IoOpsFilter", Kind::optional},
    {Filter::aggregate_io_ops, "AggregateIoOpsFilter", Kind::optional},
    {Filter::same_host, "SameHostFilter", Kind::usual},
    {Filter::different_host, "DifferentHostFilter", Kind::usual},
    {Filter::simple_cidr_affinity, "SimpleCIDRAffinityFilter", Kind::usual},
    {Filter::server_group_affinity, "ServerGroupAffinityFilter", Kind::usual},
    {Filter::server_group_anti_affinity, "ServerGroupAntiAffinityFilter", Kind::usual},
    {Filter::pci_passthrough, "PciPassthroughFilter", Kind::usual},
    {Filter::numa_topology, "NUMATopologyFilter", Kind::usual},
}};

struct WeigherRow {
  Weigher weigher;
  const char* name;
  const char* option;
  double multiplier;  ///< Nova's own
};

constexpr std::array<WeigherRow, 8> kWeighers{{
    {Weigher::ram, "RAMWeigher", "ram_weight_multiplier", 1},
    {Weigher::cpu, "CPUWeigher", "cpu_weight_multiplier", 1},
    {Weigher::disk, "DiskWeigher", "disk_weight_multiplier", 1},
    {Weigher::io_ops, "IoOpsWeigher", "io_ops_weight_multiplier", -1},
    {Weigher::pci, "PCIWeigher", "pci_weight_multiplier", 1},
    {Weigher::soft_affinity, "ServerGroupSoftAffinityWeigher", "soft_affinity_weight_multiplier",
     1},
    {Weigher::soft_anti_affinity, "ServerGroupSoftAntiAffinityWeigher",
     "soft_anti_affinity_weight_multiplier", 1},
    {Weigher::build_failure, "BuildFailureWeigher", "build_failure_weight_multiplier", 1000000},
}};

FilterSet of_kind(Kind most) {
  FilterSet set;
  for (const auto& row : kTable)
    if (row.kind <= most) set.add(row.filter);
  return set;
}

}  // namespace

const char* name_of(Filter filter) noexcept {
  return kTable[static_cast<std::size_t>(filter)].name;
}

FilterSet default_filters() {
  return of_kind(Kind::usual);
}
FilterSet all_filters() {
  return of_kind(Kind::optional);
}

FilterSet filters_named(const std::vector<std::string>& names) {
  FilterSet set = of_kind(Kind::always);
  for (const auto& name : names) {
    if (name == "JsonFilter")
      throw Error(ErrorKind::invalid,
                  "JsonFilter is not offered: use traits, aggregates or extra specs instead.");
    const auto row = std::find_if(kTable.begin(), kTable.end(),
                                  [&](const FilterRow& r) { return r.name == name; });
    if (row == kTable.end())
      throw Error(ErrorKind::invalid, "There is no scheduler filter '" + name + "'.");
    set.add(row->filter);
  }
  return set;
}

Weigher weigher_named(std::string_view name) {
  for (const auto& row : kWeighers)
    if (row.name == name) return row.weigher;
  throw Error(ErrorKind::invalid, "There is no scheduler weigher '" + std::string(name) + "'.");
}

const char* multiplier_name(Weigher weigher) noexcept {
  return kWeighers[static_cast<std::size_t>(weigher)].option;
}

std::vector<Weight> nova_weights() {
  std::vector<Weight> weights;
  for (const auto& row : kWeighers) weights.push_back({row.weigher, row.multiplier});
  return weights;
}

}  // namespace virga::scheduler
