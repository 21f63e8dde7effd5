// SPDX-License-Identifier: Apache-2.0
// The image that a host is to make of an instance, as rows.
#pragma once

#include <map>
#include <string>

#include "api/compute/compute_api.h"
#include "db/model/instance.h"

namespace virga::compute {

/// What was asked for.
struct SnapshotRequest {
  std::string name;
  model::SnapshotKind kind = model::SnapshotKind::image;
  std::string backup_type;    ///< of a backup
  std::int64_t rotation = 0;  ///< of a backup
  std::map<std::string, std::string> metadata;
};

/// Inserts the image, which belongs to the caller's project, and what its host is to do. One
/// transaction with the action that asked for it.
/// @return the image's id
/// @throws Error{forbidden} when the policy or a quota of images does not allow it,
///         Error{conflict} when another image of the instance is on its way
std::string insert_snapshot(store::WriteTx& tx, const ComputeDeps& deps,
                            const http::Request& request, const model::Instance& instance,
                            const SnapshotRequest& wanted);

}  // namespace virga::compute
