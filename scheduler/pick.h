// SPDX-License-Identifier: Apache-2.0
// Where a new instance goes, for callers that have all hosts at hand and keep nothing: a pure
// function over the Scheduler, which makes an index for one decision.
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

/// What Scheduler::pick() chooses by its default options. Takes time in proportion to the hosts.
/// Pure.
Decision pick(const PlacementRequest& request, const std::vector<HostCapacity>& hosts);

}  // namespace virga::scheduler
