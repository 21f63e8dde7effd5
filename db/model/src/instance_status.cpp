// SPDX-License-Identifier: Apache-2.0
#include "db/model/instance_status.h"

namespace virga::model {
namespace {

int power_number(PowerState power) noexcept {
  switch (power) {
    case PowerState::running:
      return 1;
    case PowerState::paused:
      return 3;
    case PowerState::shutoff:
      return 4;
    case PowerState::crashed:
      return 6;
    case PowerState::unknown:
    case PowerState::absent:
      return 0;
  }
  return 0;
}

bool is_up(PowerState power) noexcept {
  return power == PowerState::running || power == PowerState::paused;
}

/// The state before the wish is done, for instances that ran before.
InstanceStatus settled(const Instance& i) noexcept {
  const int power = power_number(i.power);
  if (is_up(i.power)) return {"ACTIVE", "active", "", power};
  if (i.wish == PowerWish::running && i.verb != PowerVerb::start)
    return {"ACTIVE", "active", "", power};  // its host is starting it again
  return {"SHUTOFF", "stopped", "", power};
}

InstanceStatus building(const Instance& i) noexcept {
  InstanceStatus s{"BUILD", "building", "spawning", power_number(i.power)};
  if (i.host_id.empty()) s.task_state = "scheduling";
  if (i.step == "network") s.task_state = "networking";
  if (i.step == "image" || i.step == "disk" || i.step == "config_drive")
    s.task_state = "block_device_mapping";
  return s;
}

InstanceStatus wanted_running(const Instance& i) noexcept {
  const bool done = is_up(i.power) && i.observed_run_epoch == i.run_epoch;
  InstanceStatus s = settled(i);
  if (done) return s;
  switch (i.verb) {
    case PowerVerb::reboot_soft:
      s = {"REBOOT", "active", "rebooting", s.power_state};
      break;
    case PowerVerb::reboot_hard:
      s = {"HARD_REBOOT", "active", "rebooting_hard", s.power_state};
      break;
    case PowerVerb::start:
      s.task_state = "powering-on";
      break;
    case PowerVerb::create:
    case PowerVerb::stop:
      break;
  }
  return s;
}

}  // namespace

InstanceStatus derive_status(const Instance& i) noexcept {
  InstanceStatus s;
  if (i.deleted_us != 0) return {"DELETED", "deleted", "", 0};
  if (i.fault_code != 0)
    s = {"ERROR", "error", "", power_number(i.power)};
  else if (i.launched_us == 0)
    s = building(i);
  else if (i.wish == PowerWish::running)
    s = wanted_running(i);
  else
    s = settled(i);
  if (i.wish == PowerWish::absent) {
    s.task_state = "deleting";
  } else if (i.wish == PowerWish::stopped && i.fault_code == 0 && is_up(i.power)) {
    s.task_state = "powering-off";
  }
  return s;
}

}  // namespace virga::model
