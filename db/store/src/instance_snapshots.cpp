// SPDX-License-Identifier: Apache-2.0
#include "db/store/instance_snapshots.h"

#include "common/error.h"
#include "db/store/image_cache.h"
#include "db/store/images.h"
#include "db/store/instance_actions.h"

#define SNAPSHOT_COLUMNS                                                                      \
  "image_id, instance_id, host_id, request_id, kind, backup_type, rotation, phase, attempts," \
  " last_error, created_us, deadline_us"

namespace virga::store::instance_snapshots {
namespace {

model::InstanceSnapshot read(const Rows& r) {
  model::InstanceSnapshot s;
  s.image_id = r.text(0);
  s.instance_id = r.text(1);
  s.host_id = r.text(2);
  s.request_id = r.text(3);
  s.kind = model::snapshot_kind_named(r.text(4));
  s.backup_type = r.text(5);
  s.rotation = r.integer(6);
  s.phase = model::snapshot_phase_named(r.text(7));
  s.attempts = r.integer(8);
  s.last_error = r.text(9);
  s.created_us = r.integer(10);
  s.deadline_us = r.integer(11);
  return s;
}

std::optional<model::InstanceSnapshot> read_one(Rows rows) {
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

void notify(WriteTx& tx, const std::string& host_id, const std::string& instance_id) {
  tx.notify("host", host_id);
  tx.notify("instance", instance_id);
}

}  // namespace

void insert(WriteTx& tx, const model::InstanceSnapshot& s) {
  const auto changed =
      tx.exec("INSERT INTO instance_snapshots (" SNAPSHOT_COLUMNS
              ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
              s.image_id, s.instance_id, s.host_id, s.request_id, name_of(s.kind), s.backup_type,
              s.rotation, name_of(s.phase), s.attempts, s.last_error, s.created_us, s.deadline_us);
  if (changed == 0)
    throw Error(ErrorKind::conflict, "An image of instance " + s.instance_id + " is made already.");
  notify(tx, s.host_id, s.instance_id);
}

std::optional<model::InstanceSnapshot> find(ReadTx& tx, const std::string& image_id) {
  return read_one(tx.query(
      "SELECT " SNAPSHOT_COLUMNS " FROM instance_snapshots WHERE image_id = $1", image_id));
}

std::optional<model::InstanceSnapshot> find_of_instance(ReadTx& tx,
                                                        const std::string& instance_id) {
  return read_one(tx.query(
      "SELECT " SNAPSHOT_COLUMNS " FROM instance_snapshots WHERE instance_id = $1", instance_id));
}

std::vector<model::InstanceSnapshot> list_of_host(ReadTx& tx, const std::string& host_id) {
  Rows rows = tx.query("SELECT " SNAPSHOT_COLUMNS
                       " FROM instance_snapshots WHERE host_id = $1 ORDER BY created_us, image_id",
                       host_id);
  std::vector<model::InstanceSnapshot> snapshots;
  while (rows.next()) snapshots.push_back(read(rows));
  return snapshots;
}

void set_progress(WriteTx& tx, const model::InstanceSnapshot& before, model::SnapshotPhase phase,
                  std::int64_t attempts, const std::string& last_error) {
  if (phase == before.phase && attempts == before.attempts && last_error == before.last_error)
    return;
  tx.exec(
      "UPDATE instance_snapshots SET phase = $1, attempts = $2, last_error = $3"
      " WHERE image_id = $4",
      name_of(phase), attempts, last_error, before.image_id);
  tx.notify("instance", before.instance_id);
}

bool erase(WriteTx& tx, const std::string& image_id) {
  std::string host_id;
  std::string instance_id;
  {
    Rows rows = tx.query(
        "DELETE FROM instance_snapshots WHERE image_id = $1 RETURNING host_id, instance_id",
        image_id);
    if (!rows.next()) return false;
    host_id = rows.text(0);
    instance_id = rows.text(1);
  }
  // Without its image there is nothing to come back from: it stays where it is.
  tx.exec(
      "UPDATE instances SET shelving = 'none', shelve_image_id = ''"
      " WHERE id = $1 AND shelving = 'shelve'",
      instance_id);
  notify(tx, host_id, instance_id);
  return true;
}

void give_up(WriteTx& tx, const model::InstanceSnapshot& s, const std::string& why) {
  instance_actions::set_message(tx, s.instance_id, s.request_id, why);
  erase(tx, s.image_id);
  image_cache::unqueue(tx, s.image_id);
  images::erase(tx, s.image_id);
}

std::int64_t give_up_overdue(WriteTx& tx, TimeUs now_us) {
  std::vector<model::InstanceSnapshot> overdue;
  {
    Rows rows = tx.query(
        "SELECT " SNAPSHOT_COLUMNS " FROM instance_snapshots WHERE deadline_us < $1", now_us);
    while (rows.next()) overdue.push_back(read(rows));
  }
  for (const auto& s : overdue) give_up(tx, s, "The image was not made in time. " + s.last_error);
  return static_cast<std::int64_t>(overdue.size());
}

}  // namespace virga::store::instance_snapshots
