// SPDX-License-Identifier: Apache-2.0
// What one process remembers of its work on one instance. Losing it is safe: steps are repeated.
#pragma once

#include <cstdint>
#include <string>

#include "common/clock.h"
#include "compute-agent/plan.h"

namespace virga::agent {

/// Used only by the thread that works on the instance.
struct Progress {
  std::int64_t generation = 0;  ///< of the wish that all below belongs to
  std::int64_t content = 0;     ///< counts changes of the desired instance within a generation
  bool root_disk_ready = false;
  bool disks_trimmed = false;
  bool config_drive_ready = false;
  bool network_ready = false;
  bool metadata_ready = false;
  bool ports_released = false;
  TimeUs asked_first_us = 0;
  TimeUs asked_last_us = 0;
  // The present row of failures.
  StepKind failed_step = StepKind::none;
  std::int64_t attempts = 0;
  TimeUs next_try_us = 0;
  std::string last_error;
  bool permanent = false;
  // Guests that end soon after their start.
  TimeUs started_us = 0;     ///< when this process last started the guest; 0: it did not
  std::int64_t ends = 0;     ///< unexpected ends in a row
  bool end_counted = false;  ///< the present one is among them
  TimeUs not_before_us = 0;
};

/// Ends the present row of failures.
void clear_failures(Progress& progress);

}  // namespace virga::agent
