// SPDX-License-Identifier: Apache-2.0
#include "db/store/limits.h"

#include "common/error.h"

namespace virga::store::limits {
namespace {

model::Limit read(const Rows& rows) {
  model::Limit it;
  it.id = rows.text(0);
  it.registered_limit_id = rows.text(1);
  it.project_id = rows.text(2);
  it.domain_id = rows.text(3);
  it.resource_limit = rows.integer(4);
  it.description = rows.text(5);
  it.service_id = rows.text(6);
  it.region_id = rows.text(7);
  it.resource_name = rows.text(8);
  return it;
}

void require_one(std::int64_t changed, const std::string& id) {
  if (changed == 0) throw Error(ErrorKind::not_found, "Could not find limit for " + id + ".");
}

}  // namespace

std::optional<model::Limit> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT limits.id, registered_limit_id, COALESCE(project_id, ''), COALESCE(domain_id,"
      " ''), resource_limit, limits.description, service_id, COALESCE(region_id, ''),"
      " resource_name FROM limits JOIN registered_limits ON registered_limits.id ="
      " registered_limit_id WHERE limits.id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Limit> list(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT limits.id, registered_limit_id, COALESCE(project_id, ''), COALESCE(domain_id,"
      " ''), resource_limit, limits.description, service_id, COALESCE(region_id, ''),"
      " resource_name FROM limits JOIN registered_limits ON registered_limits.id ="
      " registered_limit_id ORDER BY limits.id");
  std::vector<model::Limit> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

std::vector<model::Limit> list_of_project(ReadTx& tx, const std::string& project_id) {
  Rows rows = tx.query(
      "SELECT limits.id, registered_limit_id, COALESCE(project_id, ''), COALESCE(domain_id,"
      " ''), resource_limit, limits.description, service_id, COALESCE(region_id, ''),"
      " resource_name FROM limits JOIN registered_limits ON registered_limits.id ="
      " registered_limit_id WHERE project_id = $1 ORDER BY limits.id",
      project_id);
  std::vector<model::Limit> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

void insert(WriteTx& tx, const model::Limit& it) {
  tx.exec(
      "INSERT INTO limits (id, registered_limit_id, project_id, domain_id, resource_limit,"
      " description) VALUES ($1, $2, NULLIF($3, ''), NULLIF($4, ''), $5, $6)",
      it.id, it.registered_limit_id, it.project_id, it.domain_id, it.resource_limit,
      it.description);
}

void update(WriteTx& tx, const model::Limit& it) {
  const auto changed =
      tx.exec("UPDATE limits SET resource_limit = $1, description = $2 WHERE id = $3",
              it.resource_limit, it.description, it.id);
  require_one(changed, it.id);
}

void erase(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM limits WHERE id = $1", id), id);
}

std::optional<std::int64_t> effective_limit(ReadTx& tx, const Question& q) {
  Rows rows = tx.query(
      "SELECT COALESCE(limits.resource_limit, registered_limits.default_limit)"
      " FROM registered_limits JOIN services ON services.id = service_id"
      " LEFT JOIN limits ON registered_limit_id = registered_limits.id AND project_id = $1"
      " WHERE services.type = $2 AND resource_name = $3"
      " AND COALESCE(region_id, '') IN ('', $4)"
      " ORDER BY limits.resource_limit IS NULL, region_id IS NULL LIMIT 1",
      q.project_id, q.service_type, q.resource_name, q.region_id);
  if (!rows.next()) return std::nullopt;
  return rows.integer(0);
}

}  // namespace virga::store::limits
