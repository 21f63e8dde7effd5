// SPDX-License-Identifier: Apache-2.0
// Why there was no host: those that were nearly chosen, and what would help. Pure.
#pragma once

#include <string>
#include <vector>

#include "scheduler/pick.h"

namespace virga::scheduler {

/// A host that has a single reason against it.
struct Miss {
  std::string host_name;
  const char* filter;
  std::string reason;  ///< "lacks 512 MiB of memory"
};

/// Hosts that a single filter refuses, those first that lack least of what they have in all.
/// @param most how many at most
std::vector<Miss> near_misses(const PlacementRequest& request,
                              const std::vector<HostCapacity>& hosts, std::size_t most);

/// What a person can do about a decision without a host; empty when there is one.
/// @param considered how many hosts there were
/// @param refused names of the filters that refused some
std::vector<std::string> advice(std::int64_t considered, const std::vector<std::string>& refused);

}  // namespace virga::scheduler
