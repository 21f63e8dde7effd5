// SPDX-License-Identifier: Apache-2.0
// How images that hosts make of instances go on and end.
#pragma once

#include <string>
#include <vector>

#include "api/agent-link/agent_link.h"
#include "db/model/instance_snapshot.h"
#include "db/store/images.h"

namespace virga::agent_link {

/// Takes over how a host sees the images that it makes, and gives up those that fail too often.
/// Touches only images that this host is to deliver.
void record_snapshots(store::WriteTx& tx, const std::string& host_id,
                      const std::vector<model::ObservedSnapshot>& observed);

/// The end that was hoped for: the image is active, and what its kind has follow.
/// @return false when the image was deleted meanwhile
bool finish_snapshot(store::WriteTx& tx, const model::InstanceSnapshot& snapshot,
                     const store::images::Uploaded& facts, TimeUs now_us);

/// What a report means for an instance that lies on the shelf or comes back from it.
/// @param offload_after_s how long it keeps its disks; -1: for ever
void settle_shelf(store::WriteTx& tx, const std::string& instance_id, std::int64_t offload_after_s,
                  TimeUs now_us);

}  // namespace virga::agent_link
