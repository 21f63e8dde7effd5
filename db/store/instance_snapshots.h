// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "db/model/instance_snapshot.h"
#include "db/store/database.h"

/// Images that hosts make of their instances. What is inserted or erased notifies "host" with the
/// id of the host, and "instance".
namespace virga::store::instance_snapshots {

/// @throws Error{conflict} when an image is made of the instance already
void insert(WriteTx& tx, const model::InstanceSnapshot& snapshot);
std::optional<model::InstanceSnapshot> find(ReadTx& tx, const std::string& image_id);
std::optional<model::InstanceSnapshot> find_of_instance(ReadTx& tx, const std::string& instance_id);
/// In the order in which they were asked for.
std::vector<model::InstanceSnapshot> list_of_host(ReadTx& tx, const std::string& host_id);
/// Takes over how its host, or the upload, sees it.
void set_progress(WriteTx& tx, const model::InstanceSnapshot& before, model::SnapshotPhase phase,
                  std::int64_t attempts, const std::string& last_error);
/// The end of it, well or not.  @return false when there was none
bool erase(WriteTx& tx, const std::string& image_id);

/// It does not succeed: the image goes, and the record of the action says why.
void give_up(WriteTx& tx, const model::InstanceSnapshot& snapshot, const std::string& why);
/// Gives up those whose time is over, also of hosts that say nothing.  @return how many
std::int64_t give_up_overdue(WriteTx& tx, TimeUs now_us);

}  // namespace virga::store::instance_snapshots
