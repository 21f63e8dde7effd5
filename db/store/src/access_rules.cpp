// SPDX-License-Identifier: Apache-2.0
#include "db/store/access_rules.h"

namespace virga::store::access_rules {
namespace {

model::AccessRule read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.text(4)};
}

}  // namespace

std::optional<model::AccessRule> find(ReadTx& tx, const std::string& id) {
  Rows rows =
      tx.query("SELECT id, user_id, service, method, path FROM access_rules WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::optional<model::AccessRule> find_same(ReadTx& tx, const model::AccessRule& rule) {
  Rows rows = tx.query(
      "SELECT id, user_id, service, method, path FROM access_rules"
      " WHERE user_id = $1 AND service = $2 AND method = $3 AND path = $4",
      rule.user_id, rule.service, rule.method, rule.path);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::vector<model::AccessRule> list(ReadTx& tx, const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT id, user_id, service, method, path FROM access_rules WHERE user_id = $1 ORDER BY id",
      user_id);
  std::vector<model::AccessRule> rules;
  while (rows.next()) rules.push_back(read_row(rows));
  return rules;
}

void insert(WriteTx& tx, const model::AccessRule& r) {
  tx.exec(
      "INSERT INTO access_rules (id, user_id, service, method, path) VALUES ($1, $2, $3, $4, $5)",
      r.id, r.user_id, r.service, r.method, r.path);
}

bool is_used(ReadTx& tx, const std::string& id) {
  return tx.query("SELECT 1 FROM application_credential_rules WHERE rule_id = $1", id).next();
}

bool erase(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM access_rules WHERE id = $1", id) > 0;
}

}  // namespace virga::store::access_rules
