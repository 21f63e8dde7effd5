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
    case PowerState::suspended:
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

/// The state as the guest is, for instances that ran before.
InstanceStatus settled(const Instance& i) noexcept {
  const int power = power_number(i.power);
  const bool to_go_on = i.wish == PowerWish::running && i.verb == PowerVerb::unpause;
  if (i.power == PowerState::suspended) return {"SUSPENDED", "suspended", "", power};
  if (i.power == PowerState::paused && (i.wish == PowerWish::paused || to_go_on))
    return {"PAUSED", "paused", "", power};
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

/// What is shown of a resize that nobody has confirmed or reverted yet; it may last for days.
InstanceStatus resizing(const Instance& i, InstanceStatus s, bool done) noexcept {
  if (i.resizing == Resizing::revert)
    return {"REVERT_RESIZE", "resized", "resize_reverting", s.power_state};
  if (done || i.verb != PowerVerb::resize) return {"VERIFY_RESIZE", "resized", "", s.power_state};
  s.status = "RESIZE";
  s.task_state =
      is_up(i.power) && i.observed_run_epoch != i.run_epoch ? "resize_migrating" : "resize_finish";
  return s;
}

/// What the host does for it, when it is not to stop.
std::string_view task_of(PowerWish wish, PowerVerb verb) noexcept {
  switch (verb) {
    case PowerVerb::start:
      return "powering-on";
    case PowerVerb::reboot_soft:
      return "rebooting";
    case PowerVerb::reboot_hard:
      return "rebooting_hard";
    case PowerVerb::pause:
      return wish == PowerWish::paused ? "pausing" : "";
    case PowerVerb::unpause:
      return "unpausing";
    case PowerVerb::suspend:
      return wish == PowerWish::suspended ? "suspending" : "";
    case PowerVerb::resume:
      return "resuming";
    case PowerVerb::rescue:
      return "rescuing";
    case PowerVerb::unrescue:
      return "unrescuing";
    case PowerVerb::rebuild:
      return "rebuilding";
    case PowerVerb::create:
    case PowerVerb::stop:
    case PowerVerb::resize:
    case PowerVerb::revert_resize:
    case PowerVerb::shelve:
    case PowerVerb::unshelve:
      break;
  }
  return "";
}

/// What is shown while its host makes an image of it.
std::string_view imaging_task(const Instance& i) noexcept {
  const bool shelve = i.imaging_kind == SnapshotKind::shelve;
  switch (i.imaging) {
    case SnapshotPhase::none:
      break;
    case SnapshotPhase::pending:
    case SnapshotPhase::copying:
      if (shelve) return "shelving";
      if (i.imaging_kind == SnapshotKind::backup) return "image_backup";
      return i.imaging == SnapshotPhase::pending ? "image_snapshot_pending" : "image_snapshot";
    case SnapshotPhase::copied:
      return shelve ? "shelving_image_pending_upload" : "image_pending_upload";
    case SnapshotPhase::uploading:
      return shelve ? "shelving_image_uploading" : "image_uploading";
  }
  return "";
}

/// Of an instance that is on its way to the shelf, lies there or comes back. One that lies there
/// has no power, whatever its host saw last.
InstanceStatus shelving(const Instance& i, InstanceStatus s, bool done) noexcept {
  constexpr int kOff = 4;
  switch (i.shelving) {
    case Shelving::none:
      break;
    case Shelving::shelve:
      s.task_state = i.imaging == SnapshotPhase::none ? "shelving" : imaging_task(i);
      return s;
    case Shelving::shelved:
      if (i.wish != PowerWish::running) return {"SHELVED", "shelved", "", s.power_state};
      return done ? s : InstanceStatus{"SHELVED", "shelved", "unshelving", s.power_state};
    case Shelving::offload:
      return {"SHELVED", "shelved", "shelving_offloading", kOff};
    case Shelving::offloaded:
      return {"SHELVED_OFFLOADED", "shelved_offloaded", "", kOff};
    case Shelving::unshelve:
      if (done) return s;
      return {"SHELVED_OFFLOADED", "shelved_offloaded", i.step.empty() ? "unshelving" : "spawning",
              kOff};
  }
  return s;
}

/// Of an instance that ran before and is to stay.
InstanceStatus living(const Instance& i) noexcept {
  InstanceStatus s = settled(i);
  const bool done = is_done(i);
  if (i.shelving != Shelving::none) return shelving(i, s, done);
  if (i.resizing == Resizing::resize || (i.resizing == Resizing::revert && !done))
    return resizing(i, s, done);
  if (!i.rescue.id.empty() && (done || i.verb != PowerVerb::rescue))
    s = {"RESCUE", "rescued", "", s.power_state};
  if (done) {
    s.task_state = imaging_task(i);
    return s;
  }
  if (i.wish == PowerWish::stopped && i.verb != PowerVerb::rebuild) {
    if (is_up(i.power)) s.task_state = "powering-off";
    return s;
  }
  s.task_state = task_of(i.wish, i.verb);
  if (i.verb == PowerVerb::reboot_soft) return {"REBOOT", "active", s.task_state, s.power_state};
  if (i.verb == PowerVerb::reboot_hard)
    return {"HARD_REBOOT", "active", s.task_state, s.power_state};
  if (i.verb == PowerVerb::unrescue) return {"RESCUE", "rescued", s.task_state, s.power_state};
  if (i.verb == PowerVerb::rebuild) s.status = "REBUILD";
  return s;
}

}  // namespace

bool is_done(const Instance& i) noexcept {
  const bool this_run = i.observed_run_epoch == i.run_epoch;
  switch (i.wish) {
    case PowerWish::running:
      // Who asked for a guest that goes on wants to see it go on.
      if (i.verb == PowerVerb::unpause || i.verb == PowerVerb::resume)
        return i.power == PowerState::running && this_run;
      return is_up(i.power) && this_run;
    case PowerWish::stopped:
      return !is_up(i.power) && i.power != PowerState::suspended &&
             i.observed_disk == i.disks.number;
    case PowerWish::paused:
      return i.power == PowerState::paused;
    case PowerWish::suspended:
      return i.power == PowerState::suspended;
    case PowerWish::absent:
      return false;
  }
  return false;
}

bool is_deleting(const Instance& i) noexcept {
  return i.wish == PowerWish::absent && i.shelving != Shelving::offload;
}

InstanceStatus derive_status(const Instance& i) noexcept {
  InstanceStatus s;
  if (i.deleted_us != 0) return {"DELETED", "deleted", "", 0};
  if (i.fault_code != 0)
    s = {"ERROR", "error", "", power_number(i.power)};
  else if (i.launched_us == 0)
    s = building(i);
  else
    s = is_deleting(i) ? settled(i) : living(i);
  if (is_deleting(i)) s.task_state = "deleting";
  return s;
}

}  // namespace virga::model
