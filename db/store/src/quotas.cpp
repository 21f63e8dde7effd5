// SPDX-License-Identifier: Apache-2.0
#include "db/store/quotas.h"

namespace virga::store::quotas {
namespace {

Limits read(Rows rows) {
  Limits limits;
  while (rows.next()) limits[rows.text(0)] = rows.integer(1);
  return limits;
}

}  // namespace

Limits list(ReadTx& tx, const std::string& project_id, const std::string& user_id) {
  return read(tx.query(
      "SELECT resource, hard_limit FROM compute_quotas WHERE project_id = $1 AND user_id = $2",
      project_id, user_id));
}

Limits sum_of_users(ReadTx& tx, const std::string& project_id) {
  return read(tx.query(
      "SELECT resource, sum(hard_limit) FROM compute_quotas WHERE project_id = $1 AND user_id <> ''"
      " GROUP BY resource",
      project_id));
}

void set(WriteTx& tx, const std::string& project_id, const std::string& user_id,
         const std::string& resource, std::int64_t limit) {
  tx.exec(
      "INSERT INTO compute_quotas (project_id, user_id, resource, hard_limit)"
      " VALUES ($1, $2, $3, $4) ON CONFLICT (project_id, user_id, resource)"
      " DO UPDATE SET hard_limit = excluded.hard_limit",
      project_id, user_id, resource, limit);
}

void erase(WriteTx& tx, const std::string& project_id, const std::string& user_id) {
  tx.exec("DELETE FROM compute_quotas WHERE project_id = $1 AND ($2 = '' OR user_id = $3)",
          project_id, user_id, user_id);
}

Limits list_class(ReadTx& tx, const std::string& name) {
  return read(
      tx.query("SELECT resource, hard_limit FROM compute_quota_classes WHERE class = $1", name));
}

void set_class(WriteTx& tx, const std::string& name, const std::string& resource,
               std::int64_t limit) {
  tx.exec(
      "INSERT INTO compute_quota_classes (class, resource, hard_limit) VALUES ($1, $2, $3)"
      " ON CONFLICT (class, resource) DO UPDATE SET hard_limit = excluded.hard_limit",
      name, resource, limit);
}

InstanceUsage usage_of(ReadTx& tx, const std::string& project_id, const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT count(*), coalesce(sum(vcpus), 0), coalesce(sum(memory_mib), 0) FROM instances"
      " WHERE project_id = $1 AND deleted_us = 0 AND ($2 = '' OR user_id = $3)",
      project_id, user_id, user_id);
  rows.next();
  return {rows.integer(0), rows.integer(1), rows.integer(2)};
}

}  // namespace virga::store::quotas
