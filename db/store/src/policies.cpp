// SPDX-License-Identifier: Apache-2.0
#include "db/store/policies.h"

#include "common/error.h"

namespace virga::store::policies {
namespace {

model::StoredPolicy read(const Rows& rows) {
  model::StoredPolicy it;
  it.id = rows.text(0);
  it.type = rows.text(1);
  it.blob = rows.text(2);
  it.extra = rows.text(3);
  return it;
}

void require_one(std::int64_t changed, const std::string& id) {
  if (changed == 0) throw Error(ErrorKind::not_found, "Could not find policy: " + id + ".");
}

}  // namespace

std::optional<model::StoredPolicy> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT id, type, blob, extra FROM policies WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::StoredPolicy> list(ReadTx& tx) {
  Rows rows = tx.query("SELECT id, type, blob, extra FROM policies ORDER BY id");
  std::vector<model::StoredPolicy> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

void insert(WriteTx& tx, const model::StoredPolicy& it) {
  tx.exec("INSERT INTO policies (id, type, blob, extra) VALUES ($1, $2, $3, $4)", it.id, it.type,
          it.blob, it.extra);
}

void update(WriteTx& tx, const model::StoredPolicy& it) {
  const auto changed = tx.exec("UPDATE policies SET type = $1, blob = $2, extra = $3 WHERE id = $4",
                               it.type, it.blob, it.extra, it.id);
  require_one(changed, it.id);
}

void erase(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM policies WHERE id = $1", id), id);
}

std::vector<model::PolicyAssociation> list_associations(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT policy_id, COALESCE(endpoint_id, ''), COALESCE(service_id, ''),"
      " COALESCE(region_id, '') FROM policy_associations");
  std::vector<model::PolicyAssociation> all;
  while (rows.next()) all.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3)});
  return all;
}

void associate(WriteTx& tx, const model::PolicyAssociation& a) {
  tx.exec(
      "DELETE FROM policy_associations WHERE COALESCE(endpoint_id, '') = $1"
      " AND COALESCE(service_id, '') = $2 AND COALESCE(region_id, '') = $3",
      a.endpoint_id, a.service_id, a.region_id);
  tx.exec(
      "INSERT INTO policy_associations (policy_id, endpoint_id, service_id, region_id)"
      " VALUES ($1, NULLIF($2, ''), NULLIF($3, ''), NULLIF($4, ''))",
      a.policy_id, a.endpoint_id, a.service_id, a.region_id);
}

bool dissociate(WriteTx& tx, const model::PolicyAssociation& a) {
  return tx.exec(
             "DELETE FROM policy_associations WHERE policy_id = $1"
             " AND COALESCE(endpoint_id, '') = $2 AND COALESCE(service_id, '') = $3"
             " AND COALESCE(region_id, '') = $4",
             a.policy_id, a.endpoint_id, a.service_id, a.region_id) > 0;
}

}  // namespace virga::store::policies
