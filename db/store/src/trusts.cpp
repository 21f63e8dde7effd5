// SPDX-License-Identifier: Apache-2.0
#include "db/store/trusts.h"

namespace virga::store::trusts {
namespace {

model::Trust read_row(const Rows& r) {
  return {r.text(0),    r.text(1), r.text(2),    r.text(3), r.flag(4), r.integer(5),
          r.integer(6), r.text(7), r.integer(8), r.text(9), {}};
}

void read_roles(ReadTx& tx, model::Trust& trust) {
  Rows rows =
      tx.query("SELECT role_id FROM trust_roles WHERE trust_id = $1 ORDER BY role_id", trust.id);
  while (rows.next()) trust.role_ids.push_back(rows.text(0));
}

}  // namespace

std::optional<model::Trust> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, trustor_user_id, trustee_user_id, project_id, impersonation, expires_us,"
      " remaining_uses, redelegated_trust_id, redelegation_count, extra FROM trusts WHERE id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  model::Trust trust = read_row(rows);
  read_roles(tx, trust);
  return trust;
}

std::vector<model::Trust> list(ReadTx& tx, const std::string& trustor_user_id,
                               const std::string& trustee_user_id) {
  std::vector<model::Trust> trusts;
  Rows rows = tx.query(
      "SELECT id, trustor_user_id, trustee_user_id, project_id, impersonation, expires_us,"
      " remaining_uses, redelegated_trust_id, redelegation_count, extra FROM trusts"
      " WHERE ($1 = '' OR trustor_user_id = $1) AND ($2 = '' OR trustee_user_id = $2)"
      " ORDER BY id",
      trustor_user_id, trustee_user_id);
  while (rows.next()) trusts.push_back(read_row(rows));
  for (auto& trust : trusts) read_roles(tx, trust);
  return trusts;
}

void insert(WriteTx& tx, const model::Trust& t) {
  tx.exec(
      "INSERT INTO trusts (id, trustor_user_id, trustee_user_id, project_id, impersonation,"
      " expires_us, remaining_uses, redelegated_trust_id, redelegation_count, extra)"
      " VALUES ($1, $2, $3, NULLIF($4, ''), $5, $6, $7, NULLIF($8, ''), $9, $10)",
      t.id, t.trustor_user_id, t.trustee_user_id, t.project_id, t.impersonation, t.expires_us,
      t.remaining_uses, t.redelegated_trust_id, t.redelegation_count, t.extra);
  for (const auto& role_id : t.role_ids)
    tx.exec(
        "INSERT INTO trust_roles (trust_id, role_id) VALUES ($1, $2)"
        " ON CONFLICT (trust_id, role_id) DO NOTHING",
        t.id, role_id);
  tx.notify("identity", t.id);
}

bool consume_use(WriteTx& tx, const std::string& id) {
  // Not a change of what callers may do: no notification.
  return tx.exec(
             "UPDATE trusts SET remaining_uses = CASE WHEN remaining_uses > 0"
             " THEN remaining_uses - 1 ELSE remaining_uses END"
             " WHERE id = $1 AND remaining_uses <> 0",
             id) > 0;
}

bool erase(WriteTx& tx, const std::string& id) {
  const bool there = tx.exec("DELETE FROM trusts WHERE id = $1", id) > 0;
  if (there) tx.notify("identity", id);
  return there;
}

}  // namespace virga::store::trusts
