// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/clock.h"

namespace virga::model {

/// A size of instance.  Source: Compute API, "Flavors".
struct Flavor {
  std::string id;    ///< chosen by the administrator or a UUID; 1..255 characters
  std::string name;  ///< unique, 1..255 characters
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;  ///< root disk; 0: as large as the image
  std::int64_t ephemeral_gib = 0;
  std::int64_t swap_mib = 0;
  bool is_public = true;
  std::string description = {};  ///< only when `described`
  TimeUs created_us = 0;
  TimeUs updated_us = 0;            ///< 0: never
  std::int64_t number = 0;          ///< counts flavors; given by the store
  std::string rxtx_factor = "1.0";  ///< a decimal number above 0 as JSON has it; only shown
  bool disabled = false;            ///< only administrators see it
  bool described = false;           ///< false: the description is null
  std::map<std::string, std::string> extra_specs = {};
};

}  // namespace virga::model
