// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/clock.h"

namespace virga::model {

/// Instances that are to be kept together or apart.  Source: Compute API, "Server groups".
struct ServerGroup {
  std::string id;
  std::int64_t number = 0;  ///< the order of lists
  std::string project_id;
  std::string user_id;
  std::string name;
  std::string policy;             ///< "affinity", "anti-affinity", or one of them after "soft-"
  std::int64_t max_per_host = 0;  ///< of "anti-affinity"; 0: no rule, which means 1
  TimeUs created_us = 0;
  std::vector<std::string> members;  ///< ids of live instances
};

}  // namespace virga::model
