// SPDX-License-Identifier: Apache-2.0
#include "db/store/instances.h"

#include "common/error.h"
#include "common/hash.h"

#define INSTANCE_COLUMNS                                                                         \
  "id, number, project_id, user_id, name, hostname, image_id, key_name, public_key, user_data,"  \
  " config_drive, flavor_id, flavor_name, vcpus, memory_mib, disk_gib, ephemeral_gib, swap_mib," \
  " created_us, updated_us, deleted_us, host_id, generation, wish, verb, run_epoch,"             \
  " observed_generation, observed_run_epoch, power, step, last_error, attempts, next_try_us,"    \
  " launched_us, terminated_us, fault_code, fault_message, fault_us, image_digest,"              \
  " image_format, image_size, image_virtual_size"

// Behind those that an insert sets: all begin with their defaults.
#define INSTANCE_MORE                                                                           \
  ", disk_number, disk_copy_of, disk_kept, disks_made, observed_disk, rescue_image_id,"         \
  " rescue_digest, rescue_format, rescue_size, rescue_virtual_size, resizing, old_flavor_id,"   \
  " old_flavor_name, old_vcpus, old_memory_mib, old_disk_gib, old_ephemeral_gib, old_swap_mib," \
  " shelving, shelve_image_id, shelved_us,"                                                     \
  " (SELECT phase || ' ' || kind FROM instance_snapshots WHERE instance_id = instances.id)"

namespace virga::store::instances {
namespace {

void read_what(const Rows& r, model::Instance& i) {
  i.id = r.text(0);
  i.number = r.integer(1);
  i.project_id = r.text(2);
  i.user_id = r.text(3);
  i.name = r.text(4);
  i.hostname = r.text(5);
  i.image_id = r.text(6);
  i.key_name = r.text(7);
  i.public_key = r.text(8);
  i.user_data = from_base64(r.text(9)).value_or("");
  i.config_drive = r.flag(10);
  i.flavor_id = r.text(11);
  i.flavor_name = r.text(12);
  i.vcpus = r.integer(13);
  i.memory_mib = r.integer(14);
  i.disk_gib = r.integer(15);
  i.ephemeral_gib = r.integer(16);
  i.swap_mib = r.integer(17);
  i.created_us = r.integer(18);
  i.updated_us = r.integer(19);
  i.deleted_us = r.integer(20);
}

void read_state(const Rows& r, model::Instance& i) {
  i.host_id = r.text(21);
  i.generation = r.integer(22);
  i.wish = model::power_wish_named(r.text(23));
  i.verb = model::power_verb_named(r.text(24));
  i.run_epoch = r.integer(25);
  i.observed_generation = r.integer(26);
  i.observed_run_epoch = r.integer(27);
  i.power = model::power_state_named(r.text(28));
  i.step = r.text(29);
  i.last_error = r.text(30);
  i.attempts = r.integer(31);
  i.next_try_us = r.integer(32);
  i.launched_us = r.integer(33);
  i.terminated_us = r.integer(34);
  i.fault_code = static_cast<int>(r.integer(35));
  i.fault_message = r.text(36);
  i.fault_us = r.integer(37);
  i.image_digest = r.text(38);
  i.image_format = r.text(39);
  i.image_size = r.integer(40);
  i.image_virtual_size = r.integer(41);
}

void read_more(const Rows& r, model::Instance& i) {
  i.disks = {r.integer(42), r.integer(43), r.integer(44), r.integer(45)};
  i.observed_disk = r.integer(46);
  i.rescue = {r.text(47), r.text(48), r.text(49), r.integer(50), r.integer(51)};
  i.resizing = model::resizing_named(r.text(52));
  i.old_flavor = {r.text(53),    r.text(54),    r.integer(55), r.integer(56),
                  r.integer(57), r.integer(58), r.integer(59)};
  i.shelving = model::shelving_named(r.text(60));
  i.shelve_image_id = r.text(61);
  i.shelved_us = r.integer(62);
  const std::string imaging = r.text(63);
  if (imaging.empty()) return;
  const std::size_t space = imaging.find(' ');
  i.imaging = model::snapshot_phase_named(imaging.substr(0, space));
  i.imaging_kind = model::snapshot_kind_named(imaging.substr(space + 1));
}

model::Instance read(const Rows& r) {
  model::Instance i;
  read_what(r, i);
  read_state(r, i);
  read_more(r, i);
  return i;
}

void read_metadata(ReadTx& tx, model::Instance& instance) {
  Rows rows =
      tx.query("SELECT name, value FROM instance_metadata WHERE instance_id = $1", instance.id);
  while (rows.next()) instance.metadata[rows.text(0)] = rows.text(1);
}

std::vector<model::Instance> read_all(ReadTx& tx, Rows& rows) {
  std::vector<model::Instance> instances;
  while (rows.next()) instances.push_back(read(rows));
  for (auto& instance : instances) read_metadata(tx, instance);
  return instances;
}

void insert_metadata(WriteTx& tx, const std::string& id,
                     const std::map<std::string, std::string>& metadata) {
  for (const auto& [name, value] : metadata)
    tx.exec("INSERT INTO instance_metadata (instance_id, name, value) VALUES ($1, $2, $3)", id,
            name, value);
}

std::string like_pattern(const std::string& part) {
  std::string pattern = "%";
  for (const char c : part) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

}  // namespace

void insert(WriteTx& tx, const model::Instance& i) {
  tx.exec("INSERT INTO instances (" INSTANCE_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
          " $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34,"
          " $35, $36, $37, $38, $39, $40, $41, $42)",
          i.id, i.number, i.project_id, i.user_id, i.name, i.hostname, i.image_id, i.key_name,
          i.public_key, to_base64(i.user_data), i.config_drive, i.flavor_id, i.flavor_name, i.vcpus,
          i.memory_mib, i.disk_gib, i.ephemeral_gib, i.swap_mib, i.created_us, i.updated_us,
          i.deleted_us, i.host_id, i.generation, name_of(i.wish), name_of(i.verb), i.run_epoch,
          i.observed_generation, i.observed_run_epoch, name_of(i.power), i.step, i.last_error,
          i.attempts, i.next_try_us, i.launched_us, i.terminated_us, i.fault_code, i.fault_message,
          i.fault_us, i.image_digest, i.image_format, i.image_size, i.image_virtual_size);
  insert_metadata(tx, i.id, i.metadata);
  if (!i.host_id.empty()) tx.notify("host", i.host_id);
  tx.notify("instance", i.id);
}

std::optional<model::Instance> find(ReadTx& tx, const std::string& id,
                                    const std::string& project_id) {
  std::optional<model::Instance> instance;
  {
    Rows rows = tx.query("SELECT " INSTANCE_COLUMNS INSTANCE_MORE
                         " FROM instances WHERE id = $1 AND deleted_us = 0"
                         " AND ($2 = '' OR project_id = $3)",
                         id, project_id, project_id);
    if (!rows.next()) return std::nullopt;
    instance = read(rows);
  }
  read_metadata(tx, *instance);
  return instance;
}

std::optional<model::Instance> find_deleted_too(ReadTx& tx, const std::string& id) {
  Rows rows =
      tx.query("SELECT " INSTANCE_COLUMNS INSTANCE_MORE " FROM instances WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Instance> list(ReadTx& tx, const Filter& f) {
  const std::string pattern = like_pattern(f.name);
  Rows rows = tx.query("SELECT " INSTANCE_COLUMNS INSTANCE_MORE
                       " FROM instances WHERE deleted_us = 0 AND ($1 = '' OR project_id = $2)"
                       " AND ($3 = '' OR host_id = $4) AND name LIKE $5 ESCAPE '\\'"
                       " AND ($6 = '' OR (created_us, id) <"
                       " (SELECT created_us, id FROM instances WHERE id = $7))"
                       " ORDER BY created_us DESC, id DESC LIMIT $8",
                       f.project_id, f.project_id, f.host_id, f.host_id, pattern, f.marker,
                       f.marker, f.limit);
  return read_all(tx, rows);
}

std::vector<model::Instance> list_of_host(ReadTx& tx, const std::string& host_id) {
  Rows rows = tx.query("SELECT " INSTANCE_COLUMNS INSTANCE_MORE
                       " FROM instances WHERE host_id = $1 AND deleted_us = 0 ORDER BY id",
                       host_id);
  return read_all(tx, rows);
}

std::map<std::string, std::int64_t> unfinished_by_host(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT host_id, count(*) FROM instances WHERE deleted_us = 0 AND host_id <> ''"
      " AND observed_generation < generation GROUP BY host_id");
  std::map<std::string, std::int64_t> counts;
  while (rows.next()) counts[rows.text(0)] = rows.integer(1);
  return counts;
}

void set_wish(WriteTx& tx, const model::Instance& before, model::PowerWish wish,
              model::PowerVerb verb, bool new_run, TimeUs now_us) {
  model::Instance after = before;
  after.wish = wish;
  after.verb = verb;
  after.run_epoch += new_run ? 1 : 0;
  set_desired(tx, after, now_us);
}

void set_desired(WriteTx& tx, const model::Instance& i, TimeUs now_us) {
  const auto changed = tx.exec(
      "UPDATE instances SET wish = $1, verb = $2, run_epoch = $3, disk_number = $4,"
      " disk_copy_of = $5, disk_kept = $6, disks_made = $7, rescue_image_id = $8,"
      " rescue_digest = $9, rescue_format = $10, rescue_size = $11, rescue_virtual_size = $12,"
      " resizing = $13, old_flavor_id = $14, old_flavor_name = $15, old_vcpus = $16,"
      " old_memory_mib = $17, old_disk_gib = $18, old_ephemeral_gib = $19, old_swap_mib = $20,"
      " flavor_id = $21, flavor_name = $22, vcpus = $23, memory_mib = $24, disk_gib = $25,"
      " ephemeral_gib = $26, swap_mib = $27, image_id = $28, image_digest = $29,"
      " image_format = $30, image_size = $31, image_virtual_size = $32, name = $33,"
      " hostname = $34, key_name = $35, public_key = $36, user_data = $37, host_id = $38,"
      " shelving = $39, shelve_image_id = $40, shelved_us = $41,"
      " generation = generation + 1, updated_us = $42, fault_code = 0, fault_message = ''"
      " WHERE id = $43 AND generation = $44 AND deleted_us = 0",
      name_of(i.wish), name_of(i.verb), i.run_epoch, i.disks.number, i.disks.copy_of, i.disks.kept,
      i.disks.made, i.rescue.id, i.rescue.digest, i.rescue.format, i.rescue.size,
      i.rescue.virtual_size, name_of(i.resizing), i.old_flavor.id, i.old_flavor.name,
      i.old_flavor.vcpus, i.old_flavor.memory_mib, i.old_flavor.disk_gib,
      i.old_flavor.ephemeral_gib, i.old_flavor.swap_mib, i.flavor_id, i.flavor_name, i.vcpus,
      i.memory_mib, i.disk_gib, i.ephemeral_gib, i.swap_mib, i.image_id, i.image_digest,
      i.image_format, i.image_size, i.image_virtual_size, i.name, i.hostname, i.key_name,
      i.public_key, to_base64(i.user_data), i.host_id, name_of(i.shelving), i.shelve_image_id,
      i.shelved_us, now_us, i.id, i.generation);
  if (changed == 0)
    throw Error(ErrorKind::conflict, "Instance " + i.id + " was changed by another request.");
  if (!i.host_id.empty()) tx.notify("host", i.host_id);
  tx.notify("instance", i.id);
}

void replace_metadata(WriteTx& tx, const std::string& id,
                      const std::map<std::string, std::string>& metadata) {
  tx.exec("DELETE FROM instance_metadata WHERE instance_id = $1", id);
  insert_metadata(tx, id, metadata);
}

void finish_revert(WriteTx& tx, const std::string& id) {
  tx.exec(
      "UPDATE instances SET resizing = 'none', old_flavor_id = '', old_flavor_name = '',"
      " old_vcpus = 0, old_memory_mib = 0, old_disk_gib = 0, old_ephemeral_gib = 0,"
      " old_swap_mib = 0 WHERE id = $1 AND resizing = 'revert'",
      id);
}

void finish_offload(WriteTx& tx, const std::string& id, TimeUs now_us) {
  // The generation rises, so that no report of that host is taken any longer. Disks are made anew.
  tx.exec(
      "UPDATE instances SET host_id = '', shelving = 'offloaded', wish = 'stopped',"
      " generation = generation + 1, disk_number = 1, disk_copy_of = 0, disk_kept = 0,"
      " disks_made = 1, power = 'shutoff', observed_generation = 0, observed_run_epoch = 0,"
      " observed_disk = 0, step = '', last_error = '', attempts = 0, next_try_us = 0,"
      " updated_us = $1 WHERE id = $2 AND shelving = 'offload' AND deleted_us = 0",
      now_us, id);
  tx.notify("instance", id);
}

void finish_unshelve(WriteTx& tx, const std::string& id, TimeUs now_us) {
  tx.exec(
      "UPDATE instances SET shelving = 'none', shelve_image_id = '', shelved_us = 0,"
      " launched_us = $1 WHERE id = $2",
      now_us, id);
  tx.notify("instance", id);
}

bool set_observed(WriteTx& tx, const std::string& host_id, const model::ObservedInstance& o,
                  TimeUs now_us) {
  // A guest that powered itself off ran, also when no report came while it did.
  const bool ran = o.power == model::PowerState::running || o.power == model::PowerState::paused ||
                   o.power == model::PowerState::suspended || o.stopped_by_guest;
  const char* const power = name_of(o.power);
  const auto changed = tx.exec(
      "UPDATE instances SET observed_generation = $1, observed_run_epoch = $2, power = $3,"
      " step = $4, last_error = $5, attempts = $6, next_try_us = $7,"
      " launched_us = CASE WHEN launched_us = 0 AND $8 = 1 THEN $9 ELSE launched_us END,"
      " updated_us = CASE WHEN power <> $10 THEN $11 ELSE updated_us END,"
      " observed_disk = $12"
      " WHERE id = $13 AND host_id = $14 AND deleted_us = 0 AND observed_generation <= $15"
      " AND (observed_generation <> $16 OR observed_run_epoch <> $17 OR power <> $18"
      "  OR step <> $19 OR last_error <> $20 OR attempts <> $21 OR next_try_us <> $22"
      "  OR observed_disk <> $23)",
      o.generation, o.run_epoch, power, o.step, o.last_error, o.attempts, o.next_try_us, ran,
      now_us, power, now_us, o.disk, o.id, host_id, o.generation, o.generation, o.run_epoch, power,
      o.step, o.last_error, o.attempts, o.next_try_us, o.disk);
  if (changed > 0) tx.notify("instance", o.id);
  return changed > 0;
}

void set_fault(WriteTx& tx, const std::string& id, int code, const std::string& message,
               TimeUs now_us) {
  tx.exec(
      "UPDATE instances SET fault_code = $1, fault_message = $2, fault_us = $3, updated_us = $4"
      " WHERE id = $5",
      code, message, now_us, now_us, id);
  tx.notify("instance", id);
}

void finish_delete(WriteTx& tx, const std::string& id, TimeUs now_us) {
  tx.exec(
      "UPDATE instances SET deleted_us = $1, terminated_us = $2, updated_us = $3, host_id = '',"
      " user_data = '', power = 'absent', step = '' WHERE id = $4 AND deleted_us = 0",
      now_us, now_us, now_us, id);
  tx.exec("DELETE FROM instance_metadata WHERE instance_id = $1", id);
  tx.notify("instance", id);
}

std::int64_t purge_deleted(WriteTx& tx, TimeUs before_us) {
  return tx.exec("DELETE FROM instances WHERE deleted_us > 0 AND deleted_us < $1", before_us);
}

bool uses_image(ReadTx& tx, const std::string& digest, const std::string& host_id) {
  Rows rows = tx.query(
      "SELECT 1 FROM instances WHERE (image_digest = $1 OR rescue_digest = $2)"
      " AND deleted_us = 0 AND ($3 = '' OR host_id = $4) LIMIT 1",
      digest, digest, host_id, host_id);
  return rows.next();
}

}  // namespace virga::store::instances
