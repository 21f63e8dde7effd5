// SPDX-License-Identifier: Apache-2.0
// Hosts that no filter can tell apart, but for what is free in them, are of one class. Filters over
// such facts run once a class, not once a host.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scheduler/host.h"
#include "scheduler/options.h"
#include "scheduler/request.h"
#include "scheduler/src/shelf.h"

namespace virga::scheduler {

using ClassId = std::uint32_t;
using Aggregates = std::map<std::string, Aggregate>;

/// What makes a class.
struct ClassFacts {
  std::int64_t vcpus = 0;       ///< size, rounded: see rounded_size()
  std::int64_t memory_mib = 0;  ///< the same
  bool has_pci = false;
  std::int64_t hypervisor_version = 0;
  std::set<std::string> aggregates;
  std::set<std::string> others;  ///< resource classes besides the usual three
  std::set<std::string> traits;
  std::map<std::string, std::string> capabilities;
  std::vector<SupportedInstance> supported_instances;

  auto operator<=>(const ClassFacts&) const = default;
};

/// Cut to five significant bits, so that hosts which differ by a few MiB are alike.
std::int64_t rounded_size(std::int64_t size);

/// Values by key of all aggregates of a class.
using Values = std::map<std::string, std::set<std::string>>;

struct HostClass {
  ClassFacts facts;
  Fit fit;
  std::int64_t hosts = 0;
  std::array<std::int64_t, 3>
      largest{};  ///< most of VCPU, MEMORY_MB, DISK_GB that one of them takes
  // Follows from the aggregates' metadata:
  Values metadata;  ///< values with commas are taken apart
  Values raw;       ///< values as they are
  std::int64_t max_instances = 0;
  std::int64_t max_io_ops = 0;
  /// By [builds failed][in use]: 0 before 1, so that [0][1] are the usual ones.
  std::array<std::array<Shelf, 2>, 2> shelves;

  Shelf& shelf(bool failing, bool in_use) { return shelves.at(failing).at(in_use); }
  const Shelf& shelf(bool failing, bool in_use) const { return shelves.at(failing).at(in_use); }
};

/// Sets what follows from the metadata.
void read_metadata(HostClass& c, const Aggregates& aggregates, const Options& options);

/// The least number among the values of a key; `otherwise` when there is none, or one is no number.
std::int64_t least(const Values& values, const std::string& key, std::int64_t otherwise);
double least(const Values& values, const std::string& key, double otherwise);

/// Whether a filter reads facts of classes. ComputeCapabilitiesFilter reads those of hosts, too.
bool is_class_filter(Filter filter);

/// @param forced filters that Nova skips for a forced host are not asked; this one is more lenient
bool class_passes(Filter filter, const HostClass& c, const Demand& demand, const Options& options,
                  bool forced);

}  // namespace virga::scheduler
