// SPDX-License-Identifier: Apache-2.0
// Images that hosts make of their instances: as rows, and as parts of the messages of the agent
// link.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "common/clock.h"
#include "common/json.h"

namespace virga::model {

/// What follows when the image is active: nothing, rotation of older backups, the shelf.
enum class SnapshotKind { image, backup, shelve };

/// How far it is. `none` is for instances of which no image is made.
enum class SnapshotPhase { none, pending, copying, copied, uploading };

/// An image on its way from the host of an instance.
struct InstanceSnapshot {
  std::string image_id;
  std::string instance_id;
  std::string host_id;
  std::string request_id;
  SnapshotKind kind = SnapshotKind::image;
  std::string backup_type;    ///< of a backup
  std::int64_t rotation = 0;  ///< of a backup: so many of its type stay
  SnapshotPhase phase = SnapshotPhase::pending;
  std::int64_t attempts = 0;  ///< failures so far
  std::string last_error;
  TimeUs created_us = 0;
  TimeUs deadline_us = 0;  ///< it is given up then
};

/// What a host is to deliver.
struct DesiredSnapshot {
  std::string image_id;
  std::string instance_id;
  std::int64_t disk = 1;  ///< number of the root disk
  bool at_rest = false;   ///< only when the guest does not run
  bool operator==(const DesiredSnapshot&) const = default;
};

/// How its host sees it.
struct ObservedSnapshot {
  std::string image_id;
  SnapshotPhase phase = SnapshotPhase::pending;
  std::int64_t attempts = 0;
  std::string last_error;
  bool permanent = false;  ///< last_error will not go away by trying again
  bool operator==(const ObservedSnapshot&) const = default;
};

const char* name_of(SnapshotKind kind) noexcept;
const char* name_of(SnapshotPhase phase) noexcept;
/// @throws Error{invalid} for other words
SnapshotKind snapshot_kind_named(const std::string& name);
SnapshotPhase snapshot_phase_named(const std::string& name);

/// JSON forms. The readers check types, ranges and ids, which become paths.
/// @throws Error{invalid}
boost::json::object to_json(const DesiredSnapshot& snapshot);
boost::json::object to_json(const ObservedSnapshot& snapshot);
DesiredSnapshot desired_snapshot_from(const Fields& in);
ObservedSnapshot observed_snapshot_from(const Fields& in);

}  // namespace virga::model
