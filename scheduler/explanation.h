// SPDX-License-Identifier: Apache-2.0
// Why a request found a host, or none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/options.h"

namespace virga::scheduler {

/// How many hosts a filter refused. A host is counted by the first filter that refuses it.
struct Refusals {
  Filter filter;
  std::int64_t hosts = 0;
};

/// What one host lacks. Amounts are 0 where nothing can be counted.
struct Lack {
  Filter filter;
  std::string what;  ///< "memory", "trait HW_GPU", "is disabled"
  std::string unit;  ///< "MiB"
  std::int64_t wanted = 0;
  std::int64_t available = 0;
};

/// A host that nearly passed.
struct NearMiss {
  std::string host_id;
  std::string host_name;
  std::vector<Lack> lacks;  ///< everything it lacks, in the order of the filters

  /// "a lacks memory: 4096 MiB wanted, 1024 free".
  std::string sentence() const;
};

/// One change of the request or the hosts that makes it fit.
struct Remedy {
  Filter filter;
  std::string what;
  std::string unit;
  std::int64_t less = 0;   ///< so much less must be asked for; 0: this is not about an amount
  std::int64_t hosts = 0;  ///< that many hosts then pass

  /// "4 GiB less memory fits 3 hosts".
  std::string sentence() const;
};

struct Explanation {
  std::int64_t considered = 0;
  std::int64_t passed = 0;
  std::vector<Refusals> refusals;  ///< every filter that is on, in order
  std::vector<NearMiss> nearest;   ///< at most kNearest, the nearest first
  std::vector<Remedy> remedies;    ///< those that help alone, the cheapest of each filter

  /// "2 hosts: ComputeFilter refused 1, RamFilter refused 1; 4 GiB less memory fits 1 host".
  std::string sentence() const;
};

constexpr std::size_t kNearest = 5;

}  // namespace virga::scheduler
