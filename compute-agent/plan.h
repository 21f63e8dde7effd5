// SPDX-License-Identifier: Apache-2.0
// What comes next for one instance on its host: a pure function of the wish and of what is seen.
#pragma once

#include <optional>

#include "common/clock.h"
#include "compute-agent/hypervisor.h"
#include "db/model/host_state.h"

namespace virga::agent {

/// One idempotent step towards the wish.
enum class StepKind {
  none,        ///< reality is what is wanted
  wait,        ///< nothing to do before `Step::at_us`
  fetch_base,  ///< base image into the cache
  root_disk,   ///< overlay on the base, or copy of another one
  config_drive,
  network,     ///< taps, rules, DHCP and metadata
  metadata,    ///< metadata documents of a guest that runs
  trim_disks,  ///< remove root disks that are neither used nor kept
  start,       ///< define and start with the wanted run epoch
  pause,
  unpause,
  suspend,       ///< save the guest's memory and end it
  resume,        ///< let it go on from there
  ask_shutdown,  ///< ask the guest to power itself off
  stop,          ///< end the guest at once
  undefine,      ///< end the guest and remove its definition
  remove_files,
  release_network,  ///< the host's network without the instance's ports
  report_absent,    ///< nothing is left; only now it is reported as absent
};

/// What to do, and for `wait` until when.
struct Step {
  StepKind kind = StepKind::none;
  TimeUs at_us = 0;
  bool operator==(const Step&) const = default;
};

/// What is known of one instance at this moment. The flags after `domain` are what this process did
/// since the wish came or the guest last started; false is always safe, it repeats a step.
struct Seen {
  std::optional<DomainFacts> domain;
  bool files = true;  ///< it may have files (looked at only when the wish is "absent")
  bool ports = true;  ///< it may have taps, rules or leases
  bool base_ready = false;
  bool root_disk_ready = false;  ///< the wanted one
  bool disks_trimmed = false;
  bool config_drive_ready = false;
  bool network_ready = false;
  bool metadata_ready = false;
  TimeUs asked_first_us = 0;  ///< when the guest was first asked to power off; 0: not
  TimeUs asked_last_us = 0;
  TimeUs not_before_us = 0;  ///< when a guest that ended unexpectedly may be started again
};

struct PlanSettings {
  TimeUs shutdown_grace_us = 60 * kSecondUs;  ///< then a guest that was asked is ended
  TimeUs ask_again_us = 10 * kSecondUs;  ///< a guest that boots does not hear the first request
};

/// The next step. Pure; applying steps until `none`, `wait` or `report_absent` comes converges.
Step plan_step(const model::DesiredInstance& desired, const Seen& seen,
               const PlanSettings& settings, TimeUs now_us);

/// True when the guest ended in the wanted run although nobody asked for it: not by itself and not
/// by us. It is started again.
bool ended_unexpectedly(const model::DesiredInstance& desired, const Seen& seen) noexcept;

/// What users see while a step is done: "image", "disk", "config_drive", "network", "start",
/// "shutdown", "stop", "cleanup", or nothing.
const char* shown_name(StepKind kind) noexcept;

}  // namespace virga::agent
