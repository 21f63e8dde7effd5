// SPDX-License-Identifier: Apache-2.0
// In which states each action is allowed: one table.
#pragma once

#include <string_view>

#include "db/model/instance.h"
#include "db/model/instance_status.h"

namespace virga::compute {

/// What an action needs. Source: Nova, the checks of states in front of its compute API.
struct ActionRule {
  std::string_view name;        ///< in messages and in records of actions
  std::string_view vm_states;   ///< in which it is allowed: "active stopped"
  std::string_view tasks = {};  ///< into which it may come; without a task it always may
};

namespace rules {

inline constexpr std::string_view kPowerTasks =
    "powering-on powering-off rebooting rebooting_hard pausing unpausing suspending resuming";

inline constexpr ActionRule kStop{"stop", "active error"};
inline constexpr ActionRule kStart{"start", "stopped"};
inline constexpr ActionRule kSoftReboot{"reboot", "active"};
inline constexpr ActionRule kHardReboot{"reboot", "active stopped paused suspended error",
                                        kPowerTasks};
inline constexpr ActionRule kPause{"pause", "active"};
inline constexpr ActionRule kUnpause{"unpause", "paused"};
inline constexpr ActionRule kSuspend{"suspend", "active"};
inline constexpr ActionRule kResume{"resume", "suspended"};
inline constexpr ActionRule kRescue{"rescue", "active stopped error"};
inline constexpr ActionRule kUnrescue{"unrescue", "rescued"};
inline constexpr ActionRule kRebuild{"rebuild", "active stopped error"};
inline constexpr ActionRule kResize{"resize", "active stopped"};
inline constexpr ActionRule kConfirmResize{"confirmResize", "resized"};
inline constexpr ActionRule kRevertResize{"revertResize", "resized"};
inline constexpr ActionRule kCreateImage{"createImage", "active stopped paused suspended"};
inline constexpr ActionRule kCreateBackup{"createBackup", "active stopped paused suspended"};
inline constexpr ActionRule kShelve{"shelve", "active stopped paused suspended"};
inline constexpr ActionRule kShelveOffload{"shelveOffload", "shelved"};
inline constexpr ActionRule kUnshelve{"unshelve", "shelved shelved_offloaded"};

}  // namespace rules

/// @throws Error{conflict} that names the state in which the action is not allowed
void require_allowed(const ActionRule& rule, const model::Instance& instance);

}  // namespace virga::compute
