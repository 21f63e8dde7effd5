// SPDX-License-Identifier: Apache-2.0
#include "db/store/flavors.h"

#include "common/error.h"

#define FLAVOR_COLUMNS                                                                       \
  "id, name, vcpus, memory_mib, disk_gib, ephemeral_gib, swap_mib, is_public, description, " \
  "created_us"

namespace virga::store::flavors {
namespace {

model::Flavor read(const Rows& r) {
  return {r.text(0),    r.text(1),    r.integer(2), r.integer(3), r.integer(4),
          r.integer(5), r.integer(6), r.flag(7),    r.text(8),    r.integer(9)};
}

}  // namespace

void insert(WriteTx& tx, const model::Flavor& f) {
  const auto changed =
      tx.exec("INSERT INTO flavors (" FLAVOR_COLUMNS
              ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
              f.id, f.name, f.vcpus, f.memory_mib, f.disk_gib, f.ephemeral_gib, f.swap_mib,
              f.is_public, f.description, f.created_us);
  if (changed != 0) return;
  if (find(tx, f.id))
    throw Error(ErrorKind::conflict, "Flavor with ID " + f.id + " already exists.");
  throw Error(ErrorKind::conflict, "Flavor with name " + f.name + " already exists.");
}

std::optional<model::Flavor> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT " FLAVOR_COLUMNS " FROM flavors WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Flavor> list(ReadTx& tx) {
  Rows rows =
      tx.query("SELECT " FLAVOR_COLUMNS " FROM flavors ORDER BY memory_mib, vcpus, disk_gib, id");
  std::vector<model::Flavor> flavors;
  while (rows.next()) flavors.push_back(read(rows));
  return flavors;
}

bool erase(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM flavors WHERE id = $1", id) > 0;
}

}  // namespace virga::store::flavors
