// SPDX-License-Identifier: Apache-2.0
// Where a new instance goes: a pure function from a request and what the hosts have to a decision
// that explains itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace virga::scheduler {

/// What an instance needs.
struct PlacementRequest {
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;
};

/// A host as the scheduler sees it. Totals already include the overcommit ratios.
struct HostCapacity {
  std::string id;
  std::string name;
  std::int64_t generation = 0;  ///< guards the claim
  bool enabled = true;
  bool up = true;
  std::int64_t total_vcpus = 0;
  std::int64_t total_memory_mib = 0;
  std::int64_t total_disk_gib = 0;
  std::int64_t used_vcpus = 0;
  std::int64_t used_memory_mib = 0;
  std::int64_t used_disk_gib = 0;
};

/// How many hosts a filter refused.
struct FilterCount {
  const char* filter;
  std::int64_t refused = 0;
};

struct Decision {
  std::optional<HostCapacity> host;  ///< nullopt: no host
  std::vector<FilterCount> filters;  ///< in the order in which they ran
  std::int64_t considered = 0;

  /// "2 hosts: ComputeFilter refused 1, RamFilter refused 1", for faults and logs.
  std::string explanation() const;
};

/// Among the hosts with room: the fullest, then the name. Packs tightly, so that large requests
/// still find room later. Pure.
Decision pick(const PlacementRequest& request, const std::vector<HostCapacity>& hosts);

}  // namespace virga::scheduler
