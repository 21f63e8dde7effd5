// SPDX-License-Identifier: Apache-2.0
#include "db/store/regions.h"

#include "common/error.h"

namespace virga::store::regions {
namespace {

model::Region read(const Rows& rows) {
  model::Region it;
  it.id = rows.text(0);
  it.description = rows.text(1);
  it.parent_id = rows.text(2);
  it.extra = rows.text(3);
  return it;
}

void require_one(std::int64_t changed, const std::string& id) {
  if (changed == 0) throw Error(ErrorKind::not_found, "Could not find region: " + id + ".");
}

}  // namespace

std::optional<model::Region> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, description, COALESCE(parent_id, ''), extra FROM regions WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Region> list(ReadTx& tx) {
  Rows rows =
      tx.query("SELECT id, description, COALESCE(parent_id, ''), extra FROM regions ORDER BY id");
  std::vector<model::Region> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

void insert(WriteTx& tx, const model::Region& it) {
  tx.exec(
      "INSERT INTO regions (id, description, parent_id, extra) VALUES ($1, $2, NULLIF($3,"
      " ''), $4)",
      it.id, it.description, it.parent_id, it.extra);
  tx.notify("catalog", it.id);
}

void update(WriteTx& tx, const model::Region& it) {
  const auto changed = tx.exec(
      "UPDATE regions SET description = $1, parent_id = NULLIF($2, ''), extra = $3 WHERE id"
      " = $4",
      it.description, it.parent_id, it.extra, it.id);
  require_one(changed, it.id);
  tx.notify("catalog", it.id);
}

void erase(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM regions WHERE id = $1", id), id);
  tx.notify("catalog", id);
}

bool has_endpoints(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "WITH RECURSIVE below (id) AS (SELECT id FROM regions WHERE id = $1"
      " UNION SELECT regions.id FROM regions JOIN below ON regions.parent_id = below.id)"
      " SELECT 1 FROM endpoints JOIN below ON endpoints.region_id = below.id LIMIT 1",
      id);
  return rows.next();
}

bool is_within(ReadTx& tx, const std::string& id, const std::string& above) {
  Rows rows = tx.query(
      "WITH RECURSIVE up (id, parent_id) AS (SELECT id, parent_id FROM regions WHERE id = $1"
      " UNION SELECT regions.id, regions.parent_id FROM regions JOIN up ON regions.id ="
      " up.parent_id) SELECT 1 FROM up WHERE id = $2",
      id, above);
  return rows.next();
}

}  // namespace virga::store::regions
