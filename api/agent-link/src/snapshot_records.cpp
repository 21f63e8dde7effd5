// SPDX-License-Identifier: Apache-2.0
#include "api/agent-link/src/snapshot_records.h"

#include "api/compute/instance_shelve.h"
#include "common/log.h"
#include "db/model/instance_status.h"
#include "db/store/image_lists.h"
#include "db/store/instance_snapshots.h"
#include "db/store/instances.h"

namespace virga::agent_link {
namespace {

using model::InstanceSnapshot;
using model::Shelving;
using model::SnapshotKind;
using store::WriteTx;

constexpr std::int64_t kMostAttempts = 5;  // with pauses between: some seconds

/// Older backups of the same type go, so that so many stay as were asked for; this one too when
/// none is to stay.
void rotate(WriteTx& tx, const InstanceSnapshot& s, const std::string& owner) {
  const auto ids = store::images::list_backups(tx, owner, s.instance_id, s.backup_type);
  for (std::size_t n = static_cast<std::size_t>(s.rotation); n < ids.size(); ++n) {
    log::info("backup rotated", {{"instance", s.instance_id}, {"image", ids[n]}});
    compute::erase_image(tx, ids[n]);
  }
}

void put_on_shelf(WriteTx& tx, const InstanceSnapshot& s, TimeUs now_us) {
  auto instance = store::instances::find(tx, s.instance_id, "");
  if (!instance || instance->shelving != Shelving::shelve) return;
  instance->shelving = Shelving::shelved;
  instance->shelved_us = now_us;
  store::instances::set_desired(tx, *instance, now_us);
}

}  // namespace

bool finish_snapshot(WriteTx& tx, const InstanceSnapshot& s, const store::images::Uploaded& facts,
                     TimeUs now_us) {
  const auto image = store::images::find(tx, s.image_id);
  if (!image || !store::instance_snapshots::find(tx, s.image_id) ||
      !store::images::activate(tx, s.image_id, facts, now_us))
    return false;
  if (s.kind == SnapshotKind::shelve) put_on_shelf(tx, s, now_us);
  store::instance_snapshots::erase(tx, s.image_id);
  if (s.kind == SnapshotKind::backup) rotate(tx, s, image->owner);
  log::info("image of an instance active", {{"instance", s.instance_id}, {"image", s.image_id}});
  return true;
}

void record_snapshots(WriteTx& tx, const std::string& host_id,
                      const std::vector<model::ObservedSnapshot>& observed) {
  for (const auto& seen : observed) {
    const auto before = store::instance_snapshots::find(tx, seen.image_id);
    if (!before || before->host_id != host_id) continue;
    if (!seen.permanent && seen.attempts < kMostAttempts) {
      store::instance_snapshots::set_progress(tx, *before, seen.phase, seen.attempts,
                                              seen.last_error);
      continue;
    }
    log::warning("image of an instance given up", {{"instance", before->instance_id},
                                                   {"image", before->image_id},
                                                   {"error", seen.last_error}});
    store::instance_snapshots::give_up(tx, *before, seen.last_error);
  }
}

void settle_shelf(WriteTx& tx, const std::string& instance_id, std::int64_t offload_after_s,
                  TimeUs now_us) {
  const auto instance = store::instances::find(tx, instance_id, "");
  if (!instance || instance->shelving == Shelving::none) return;
  const bool back =
      instance->shelving == Shelving::unshelve ||
      (instance->shelving == Shelving::shelved && instance->wish == model::PowerWish::running);
  if (back) {
    if (!model::is_done(*instance)) return;
    store::instances::finish_unshelve(tx, instance_id, now_us);
    compute::erase_image(tx, instance->shelve_image_id);
    return;
  }
  const bool due =
      offload_after_s >= 0 && instance->shelved_us + offload_after_s * kSecondUs <= now_us;
  if (instance->shelving == Shelving::shelved && due) compute::begin_offload(tx, *instance, now_us);
}

}  // namespace virga::agent_link
