// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/clock.h"

namespace virga::model {

/// The name in an aggregate's metadata that says in which zone its hosts are.
constexpr const char* kZoneKey = "availability_zone";

/// A named set of hosts with metadata.  Source: Compute API, "Host aggregates".
struct Aggregate {
  std::int64_t number = 0;  ///< the id that the API shows
  std::string id;           ///< the uuid that it shows from 2.41 on
  std::string name;         ///< unique
  TimeUs created_us = 0;
  TimeUs updated_us = 0;           ///< 0: never
  std::vector<std::string> hosts;  ///< names, in the order of the hosts' numbers
  std::map<std::string, std::string> metadata;

  /// The availability zone of its hosts; empty: it says none.
  std::string zone() const {
    const auto it = metadata.find(kZoneKey);
    return it == metadata.end() ? "" : it->second;
  }
};

}  // namespace virga::model
