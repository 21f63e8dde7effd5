// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/clock.h"

namespace virga::model {

/// One move of an instance between hosts or flavors.  Source: Compute API, "Migrations".
struct Migration {
  std::string id;
  std::int64_t number = 0;  ///< the id that the API shows
  std::string instance_id;
  std::string type;          ///< "migration", "resize", "live-migration", "evacuation"
  std::string status;        ///< in Nova's words: "running", "finished", "confirmed", "error", ...
  std::string source_host;   ///< name
  std::string dest_host;     ///< name; empty: not chosen yet
  std::string dest_address;  ///< empty: not known
  std::int64_t old_flavor_number = 0;  ///< 0: none
  std::int64_t new_flavor_number = 0;
  std::string user_id;
  std::string project_id;
  bool hidden = false;            ///< lists do not show it
  std::int64_t memory_total = 0;  ///< bytes, of a live migration; all 0: not known
  std::int64_t memory_processed = 0;
  std::int64_t memory_remaining = 0;
  std::int64_t disk_total = 0;
  std::int64_t disk_processed = 0;
  std::int64_t disk_remaining = 0;
  TimeUs created_us = 0;
  TimeUs updated_us = 0;  ///< 0: never
};

}  // namespace virga::model
