// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/clock.h"

namespace virga::model {

/// What the project wants an instance to be.
enum class PowerWish { running, stopped, absent };

/// The request that led to the present wish; it decides how a running guest is ended and which
/// transitional state is shown.
enum class PowerVerb { create, start, stop, reboot_soft, reboot_hard };

/// What a host sees of an instance.
enum class PowerState { unknown, absent, shutoff, running, paused, crashed };

/// A virtual machine: desired columns (written by the API) and observed columns (written from its
/// host's reports).  Source: Compute API, "Servers".
struct Instance {
  std::string id;
  std::int64_t number = 0;  ///< for "instance-0000000a"
  std::string project_id;
  std::string user_id;
  std::string name;
  std::string hostname;
  std::string image_id;
  // The image as it was at creation: its bytes are needed even when the image is deleted.
  std::string image_digest;             ///< SHA-256 of the root disk's base
  std::string image_format;             ///< "qcow2" or "raw": a recorded fact
  std::int64_t image_size = 0;          ///< bytes
  std::int64_t image_virtual_size = 0;  ///< bytes a guest sees
  std::string key_name;
  std::string public_key;  ///< as it was at creation
  std::string user_data;   ///< decoded bytes
  bool config_drive = false;
  std::map<std::string, std::string> metadata;
  // The flavor as it was at creation.
  std::string flavor_id;
  std::string flavor_name;
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;
  std::int64_t ephemeral_gib = 0;
  std::int64_t swap_mib = 0;
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
  TimeUs deleted_us = 0;  ///< set once its host confirmed that nothing is left
  // Desired.
  std::string host_id;          ///< empty: no host had room
  std::int64_t generation = 1;  ///< counts the changes of the wish
  PowerWish wish = PowerWish::running;
  PowerVerb verb = PowerVerb::create;
  std::int64_t run_epoch = 1;  ///< how often the guest was to be started
  // Observed.
  std::int64_t observed_generation = 0;
  std::int64_t observed_run_epoch = 0;
  PowerState power = PowerState::unknown;
  std::string step;           ///< what the host does now: "image", "disk", "network", "start", ...
  std::string last_error;     ///< of the step; empty: none
  std::int64_t attempts = 0;  ///< failures in a row
  TimeUs next_try_us = 0;     ///< when the host tries again
  TimeUs launched_us = 0;     ///< first seen running
  TimeUs terminated_us = 0;
  // A failure that waiting does not mend.
  int fault_code = 0;  ///< 0: none; else the HTTP code shown
  std::string fault_message;
  TimeUs fault_us = 0;
};

const char* name_of(PowerWish wish) noexcept;
const char* name_of(PowerVerb verb) noexcept;
const char* name_of(PowerState power) noexcept;
/// @throws Error{invalid} for other words
PowerWish power_wish_named(const std::string& name);
PowerVerb power_verb_named(const std::string& name);
PowerState power_state_named(const std::string& name);

}  // namespace virga::model
