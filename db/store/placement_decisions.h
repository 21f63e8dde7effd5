// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "db/store/database.h"

/// What the scheduler decided about instances, for those who ask why.
namespace virga::store::placement_decisions {

struct FilterCount {
  std::string name;
  std::int64_t refused = 0;
  bool operator==(const FilterCount&) const = default;
};

/// A host that a single filter refused.
struct NearMiss {
  std::string host_name;
  std::string filter;
  std::string reason;  ///< "lacks 512 MiB of memory"
  bool operator==(const NearMiss&) const = default;
};

struct PlacementDecision {
  std::string instance_id;
  TimeUs decided_us = 0;
  std::string host_name;  ///< empty: no host
  std::int64_t considered = 0;
  std::vector<FilterCount> filters;  ///< in the order in which they ran
  std::vector<NearMiss> near_misses;
  std::vector<std::string> advice;  ///< sentences: what would help
};

/// Records the latest decision about an instance.
void put(WriteTx& tx, const PlacementDecision& decision);
std::optional<PlacementDecision> find(ReadTx& tx, const std::string& instance_id);

}  // namespace virga::store::placement_decisions
