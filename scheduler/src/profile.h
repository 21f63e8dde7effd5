// SPDX-License-Identifier: Apache-2.0
// What is known of a demand in a cloud, but for what is free: which classes pass, which come first.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "scheduler/request.h"
#include "scheduler/src/cloud.h"
#include "scheduler/src/extra_specs.h"

namespace virga::scheduler {

struct Profile {
  struct Ranked {
    std::int32_t level = 0;  ///< how many things the class has that are scarce and not asked for
    ClassId id = 0;
    auto operator<=>(const Ranked&) const = default;
  };
  std::vector<Ranked> order;               ///< classes that pass, best first
  std::vector<std::int32_t> levels;        ///< by class; -1: refused
  std::vector<CapabilitySpec> host_specs;  ///< of facts in which hosts of one class differ
};

/// The filters that are on for a request.
FilterSet filters_for(const Options& options, bool forced);

/// Makes profiles, and keeps them until the cloud's epoch changes.
class Profiles {
 public:
  /// Valid until the next call.
  const Profile& of(const Cloud& cloud, const Demand& demand, bool forced);

 private:
  struct Hash {
    std::size_t operator()(const Demand& demand) const;
  };

  void refresh(const Cloud& cloud);
  Profile make(const Cloud& cloud, const Demand& demand, bool forced) const;

  std::uint64_t epoch_ = ~0ULL;
  std::set<std::string> rare_traits_;
  std::unordered_map<Demand, Profile, Hash> kept_;
  std::size_t kept_size_ = 0;  ///< sum of the profiles' sizes
  Profile forced_;
};

}  // namespace virga::scheduler
