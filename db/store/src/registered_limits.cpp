// SPDX-License-Identifier: Apache-2.0
#include "db/store/registered_limits.h"

#include "common/error.h"

namespace virga::store::registered_limits {
namespace {

model::RegisteredLimit read(const Rows& rows) {
  model::RegisteredLimit it;
  it.id = rows.text(0);
  it.service_id = rows.text(1);
  it.region_id = rows.text(2);
  it.resource_name = rows.text(3);
  it.default_limit = rows.integer(4);
  it.description = rows.text(5);
  return it;
}

void require_one(std::int64_t changed, const std::string& id) {
  if (changed == 0)
    throw Error(ErrorKind::not_found, "Could not find registered limit for " + id + ".");
}

}  // namespace

std::optional<model::RegisteredLimit> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, service_id, COALESCE(region_id, ''), resource_name, default_limit,"
      " description FROM registered_limits WHERE id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<model::RegisteredLimit> find_of(ReadTx& tx, const model::RegisteredLimit& like) {
  Rows rows = tx.query(
      "SELECT id, service_id, COALESCE(region_id, ''), resource_name, default_limit,"
      " description FROM registered_limits WHERE service_id = $1 AND resource_name = $2 AND"
      " COALESCE(region_id, '') = $3",
      like.service_id, like.resource_name, like.region_id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::RegisteredLimit> list(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT id, service_id, COALESCE(region_id, ''), resource_name, default_limit,"
      " description FROM registered_limits ORDER BY id");
  std::vector<model::RegisteredLimit> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

void insert(WriteTx& tx, const model::RegisteredLimit& it) {
  tx.exec(
      "INSERT INTO registered_limits (id, service_id, region_id, resource_name,"
      " default_limit, description) VALUES ($1, $2, NULLIF($3, ''), $4, $5, $6)",
      it.id, it.service_id, it.region_id, it.resource_name, it.default_limit, it.description);
}

void update(WriteTx& tx, const model::RegisteredLimit& it) {
  const auto changed = tx.exec(
      "UPDATE registered_limits SET service_id = $1, region_id = NULLIF($2, ''),"
      " resource_name = $3, default_limit = $4, description = $5 WHERE id = $6",
      it.service_id, it.region_id, it.resource_name, it.default_limit, it.description, it.id);
  require_one(changed, it.id);
}

void erase(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM registered_limits WHERE id = $1", id), id);
}

bool is_used(ReadTx& tx, const std::string& id) {
  return tx.query("SELECT 1 FROM limits WHERE registered_limit_id = $1 LIMIT 1", id).next();
}

}  // namespace virga::store::registered_limits
