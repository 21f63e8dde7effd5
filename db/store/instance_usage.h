// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "db/store/database.h"

/// What instances used over a time, also those that are gone.
namespace virga::store::instance_usage {

/// Instances that ran at some moment from `begin_us` to `end_us`.
struct Window {
  TimeUs begin_us = 0;
  TimeUs end_us = 0;
  std::string project_id = {};  ///< empty: of all projects
  std::string marker = {};      ///< the last instance of the page before; empty: from the start
  std::int64_t limit = 1000;
};

struct InstanceSpan {
  std::string id;
  std::string name;
  std::string project_id;
  std::string flavor_name;
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;  ///< root disk and ephemeral one
  TimeUs launched_us = 0;
  TimeUs terminated_us = 0;  ///< 0: it is there
};

/// Ordered by project and id.  @return nullopt when the marker is not known
std::optional<std::vector<InstanceSpan>> list(ReadTx& tx, const Window& window);

}  // namespace virga::store::instance_usage
