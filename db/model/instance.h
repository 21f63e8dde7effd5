// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/clock.h"
#include "db/model/instance_snapshot.h"

namespace virga::model {

/// What the project wants an instance to be.
enum class PowerWish { running, stopped, paused, suspended, absent };

/// The request that led to the present wish; it decides how a running guest is ended and which
/// transitional state is shown.
enum class PowerVerb {
  create,
  start,
  stop,
  reboot_soft,
  reboot_hard,
  pause,
  unpause,
  suspend,
  resume,
  rescue,
  unrescue,
  rebuild,
  resize,
  revert_resize,
  shelve,
  unshelve
};

/// What a host sees of an instance.
enum class PowerState { unknown, absent, shutoff, running, paused, suspended, crashed };

/// How far a resize is: `resize` until it is confirmed or reverted.
enum class Resizing { none, resize, revert };

/// How far an instance is on its way to the shelf or back: `shelve` until its image is active,
/// `shelved` with its disks still on the host, `offload` while the host forgets it, `offloaded`
/// without a host, `unshelve` until the guest runs on its new host.
enum class Shelving { none, shelve, shelved, offload, offloaded, unshelve };

/// The root disks of an instance on its host. A new one gets a number of its own and is made beside
/// the one before, which a revert may need again.
struct RootDisks {
  std::int64_t number = 1;  ///< the one to run from
  /// It is made as a copy of that one; 0: from the image; itself: never, it was there before.
  std::int64_t copy_of = 0;
  std::int64_t kept = 0;  ///< another one that is not removed; 0: none
  std::int64_t made = 1;  ///< the highest number so far
  bool operator==(const RootDisks&) const = default;

  /// Another disk from now on: a copy of the present one, or made from the image. The present one
  /// stays when it may be needed again.
  void replace(bool copy, bool keep) {
    copy_of = copy ? number : 0;
    kept = keep ? number : 0;
    number = ++made;
  }
  /// The disk that was kept again.
  void revert() {
    number = kept;
    copy_of = kept;
    kept = 0;
  }
};

/// The image of a rescued instance, as it was when the rescue began.
struct RescueImage {
  std::string id;  ///< empty: not rescued
  std::string digest;
  std::string format;
  std::int64_t size = 0;
  std::int64_t virtual_size = 0;
};

/// A flavor as an instance keeps it.
struct FlavorFacts {
  std::string id;
  std::string name;
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;
  std::int64_t ephemeral_gib = 0;
  std::int64_t swap_mib = 0;
};

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
  RootDisks disks;
  RescueImage rescue;  ///< its disk is `disks.number`, the instance's own is `disks.kept`
  Resizing resizing = Resizing::none;
  FlavorFacts old_flavor;  ///< while a resize may be reverted
  Shelving shelving = Shelving::none;
  std::string shelve_image_id;  ///< what it comes back from; empty: it is not shelved
  TimeUs shelved_us = 0;        ///< when that image became active
  // The image that its host makes of it just now, from a row of its own.
  SnapshotPhase imaging = SnapshotPhase::none;
  SnapshotKind imaging_kind = SnapshotKind::image;
  // Observed.
  std::int64_t observed_generation = 0;
  std::int64_t observed_run_epoch = 0;
  std::int64_t observed_disk = 0;  ///< number of the root disk that is complete; 0: none
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
const char* name_of(Resizing resizing) noexcept;
const char* name_of(Shelving shelving) noexcept;
/// @throws Error{invalid} for other words
PowerWish power_wish_named(const std::string& name);
PowerVerb power_verb_named(const std::string& name);
PowerState power_state_named(const std::string& name);
Resizing resizing_named(const std::string& name);
Shelving shelving_named(const std::string& name);

}  // namespace virga::model
