// SPDX-License-Identifier: Apache-2.0
#include "db/store/flavors.h"

#include "common/error.h"

#define FLAVOR_COLUMNS                                                                       \
  "id, name, vcpus, memory_mib, disk_gib, ephemeral_gib, swap_mib, is_public, description, " \
  "created_us, updated_us, number, rxtx_factor, disabled, described"
#define FLAVOR_ORDER " ORDER BY memory_mib, vcpus, disk_gib, id"
#define FLAVOR_SEEN(PROJECT) \
  "(is_public = 1 OR id IN (SELECT flavor_id FROM flavor_access WHERE project_id = " PROJECT "))"

namespace virga::store::flavors {
namespace {

model::Flavor read(const Rows& r) {
  return {r.text(0),     r.text(1),     r.integer(2), r.integer(3), r.integer(4),
          r.integer(5),  r.integer(6),  r.flag(7),    r.text(8),    r.integer(9),
          r.integer(10), r.integer(11), r.text(12),   r.flag(13),   r.flag(14)};
}

void read_extra_specs(ReadTx& tx, model::Flavor& flavor) {
  Rows rows =
      tx.query("SELECT name, value FROM flavor_extra_specs WHERE flavor_id = $1", flavor.id);
  while (rows.next()) flavor.extra_specs[rows.text(0)] = rows.text(1);
}

std::optional<model::Flavor> read_one(ReadTx& tx, Rows rows) {
  if (!rows.next()) return std::nullopt;
  auto flavor = read(rows);
  read_extra_specs(tx, flavor);
  return flavor;
}

std::vector<model::Flavor> read_all(ReadTx& tx, Rows rows) {
  std::vector<model::Flavor> flavors;
  while (rows.next()) flavors.push_back(read(rows));
  for (auto& flavor : flavors) read_extra_specs(tx, flavor);
  return flavors;
}

}  // namespace

void insert(WriteTx& tx, const model::Flavor& f) {
  const auto changed = tx.exec("INSERT INTO flavors (" FLAVOR_COLUMNS
                               ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
                               " (SELECT coalesce(max(number), 0) + 1 FROM flavors), $12, $13, $14)"
                               " ON CONFLICT DO NOTHING",
                               f.id, f.name, f.vcpus, f.memory_mib, f.disk_gib, f.ephemeral_gib,
                               f.swap_mib, f.is_public, f.description, f.created_us, f.updated_us,
                               f.rxtx_factor, f.disabled, f.described);
  if (changed != 0) {
    for (const auto& [name, value] : f.extra_specs) set_extra_spec(tx, f.id, name, value);
    return;
  }
  if (find(tx, f.id))
    throw Error(ErrorKind::conflict, "Flavor with ID " + f.id + " already exists.");
  throw Error(ErrorKind::conflict, "Flavor with name " + f.name + " already exists.");
}

std::optional<model::Flavor> find(ReadTx& tx, const std::string& id) {
  return read_one(tx, tx.query("SELECT " FLAVOR_COLUMNS " FROM flavors WHERE id = $1", id));
}

std::optional<model::Flavor> find_visible(ReadTx& tx, const std::string& id,
                                          const std::string& project_id) {
  return read_one(
      tx, tx.query("SELECT " FLAVOR_COLUMNS " FROM flavors WHERE id = $1 AND " FLAVOR_SEEN("$2"),
                   id, project_id));
}

std::vector<model::Flavor> list(ReadTx& tx) {
  return read_all(tx, tx.query("SELECT " FLAVOR_COLUMNS " FROM flavors" FLAVOR_ORDER));
}

std::vector<model::Flavor> list_visible(ReadTx& tx, const std::string& project_id) {
  return read_all(
      tx, tx.query("SELECT " FLAVOR_COLUMNS " FROM flavors WHERE " FLAVOR_SEEN("$1") FLAVOR_ORDER,
                   project_id));
}

bool set_description(WriteTx& tx, const std::string& id,
                     const std::optional<std::string>& description, TimeUs now_us) {
  return tx.exec(
             "UPDATE flavors SET description = $1, described = $2, updated_us = $3 WHERE id = $4",
             description.value_or(""), description.has_value(), now_us, id) > 0;
}

bool erase(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM flavors WHERE id = $1", id) > 0;
}

void set_extra_spec(WriteTx& tx, const std::string& id, const std::string& name,
                    const std::string& value) {
  tx.exec(
      "INSERT INTO flavor_extra_specs (flavor_id, name, value) VALUES ($1, $2, $3)"
      " ON CONFLICT (flavor_id, name) DO UPDATE SET value = excluded.value",
      id, name, value);
}

bool erase_extra_spec(WriteTx& tx, const std::string& id, const std::string& name) {
  return tx.exec("DELETE FROM flavor_extra_specs WHERE flavor_id = $1 AND name = $2", id, name) > 0;
}

std::vector<std::string> list_access(ReadTx& tx, const std::string& id) {
  Rows rows =
      tx.query("SELECT project_id FROM flavor_access WHERE flavor_id = $1 ORDER BY project_id", id);
  std::vector<std::string> projects;
  while (rows.next()) projects.push_back(rows.text(0));
  return projects;
}

bool add_access(WriteTx& tx, const std::string& id, const std::string& project_id) {
  return tx.exec(
             "INSERT INTO flavor_access (flavor_id, project_id) VALUES ($1, $2)"
             " ON CONFLICT DO NOTHING",
             id, project_id) > 0;
}

bool remove_access(WriteTx& tx, const std::string& id, const std::string& project_id) {
  return tx.exec("DELETE FROM flavor_access WHERE flavor_id = $1 AND project_id = $2", id,
                 project_id) > 0;
}

}  // namespace virga::store::flavors
