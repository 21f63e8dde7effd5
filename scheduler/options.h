// SPDX-License-Identifier: Apache-2.0
// What an operator may choose: filters and weighers by Nova's names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace virga::scheduler {

/// Everything that can refuse a host, in the order in which refusals are counted. Those that have
/// no name in Nova's configuration are done there by Placement or by the host manager, and are
/// always on.
enum class Filter : unsigned char {
  ignore_hosts,
  requested_host,
  compute,
  availability_zone,
  aggregates,
  traits,
  aggregate_multi_tenancy_isolation,
  aggregate_type_affinity,
  aggregate_instance_extra_specs,
  aggregate_image_properties_isolation,
  compute_capabilities,
  image_properties,
  core,
  ram,
  disk,
  resource_class,
  num_instances,
  aggregate_num_instances,
  io_ops,
  aggregate_io_ops,
  same_host,
  different_host,
  simple_cidr_affinity,
  server_group_affinity,
  server_group_anti_affinity,
  pci_passthrough,
  numa_topology,
};
constexpr std::size_t kFilters = 27;

/// "ComputeFilter".
const char* name_of(Filter filter) noexcept;

/// A set of filters.
class FilterSet {
 public:
  constexpr bool has(Filter filter) const { return (bits_ >> static_cast<unsigned>(filter)) & 1U; }
  constexpr void add(Filter filter) { bits_ |= 1U << static_cast<unsigned>(filter); }

 private:
  std::uint32_t bits_ = 0;
};

/// Those which are always on, and of Nova's those which refuse nothing unless an operator's
/// metadata, a flavor, an image or a user asks for it.
FilterSet default_filters();

/// Every filter there is.
FilterSet all_filters();

/// The filters of a list of Nova's names, and those which are always on.
/// @throws Error{invalid} for a name that is not known, and for JsonFilter, which is not offered:
///   it would let users evaluate programs over the facts of hosts
FilterSet filters_named(const std::vector<std::string>& names);

enum class Weigher : unsigned char {
  ram,
  cpu,
  disk,
  io_ops,
  pci,
  soft_affinity,
  soft_anti_affinity,
  build_failure,
};

/// A weigher and how much it counts. An aggregate's metadata may say otherwise for its hosts, under
/// the name of Nova's option ("ram_weight_multiplier").
struct Weight {
  Weigher weigher;
  double multiplier = 1.0;
};

/// Reads "RAMWeigher" and the like.  @throws Error{invalid} for a name that is not known
Weigher weigher_named(std::string_view name);

/// The name of Nova's option: "ram_weight_multiplier".
const char* multiplier_name(Weigher weigher) noexcept;

/// All weighers with Nova's own multipliers.
std::vector<Weight> nova_weights();

struct Options {
  FilterSet filters = default_filters();
  /// Empty: pack. Else hosts are weighed as Nova does, which looks at every host that passes.
  std::vector<Weight> weights;
  std::string default_availability_zone = "nova";
  std::int64_t max_instances_per_host = 50;
  std::int64_t max_io_ops_per_host = 8;
  std::string image_default_architecture;  ///< empty: none
  std::string image_isolation_namespace;   ///< of AggregateImagePropertiesIsolation
  std::string image_isolation_separator = ".";
  bool isolate_aggregates = false;  ///< "trait:X"="required" of an aggregate keeps others out
  int scarce_trait_percent = 25;    ///< a trait that at most so many hosts have is worth protecting
};

}  // namespace virga::scheduler
