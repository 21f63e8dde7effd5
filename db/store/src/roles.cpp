// SPDX-License-Identifier: Apache-2.0
#include "db/store/roles.h"

#include "common/error.h"

namespace virga::store::roles {

std::optional<model::Role> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, name, domain_id, description, options, extra FROM roles WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return model::Role{rows.text(0), rows.text(1), rows.text(2),
                     rows.text(3), rows.text(4), rows.text(5)};
}

std::optional<model::Role> find_named(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query(
      "SELECT id, name, domain_id, description, options, extra FROM roles"
      " WHERE domain_id = '' AND name = $1",
      name);
  if (!rows.next()) return std::nullopt;
  return model::Role{rows.text(0), rows.text(1), rows.text(2),
                     rows.text(3), rows.text(4), rows.text(5)};
}

void insert(WriteTx& tx, const model::Role& r) {
  tx.exec(
      "INSERT INTO roles (id, name, domain_id, description, options, extra)"
      " VALUES ($1, $2, $3, $4, $5, $6)",
      r.id, r.name, r.domain_id, r.description, r.options, r.extra);
  tx.notify("identity", r.id);
}

void imply(WriteTx& tx, const std::string& prior_id, const std::string& implied_id) {
  tx.exec(
      "INSERT INTO implied_roles (prior_id, implied_id) VALUES ($1, $2)"
      " ON CONFLICT (prior_id, implied_id) DO NOTHING",
      prior_id, implied_id);
  tx.notify("identity", prior_id);
}

}  // namespace virga::store::roles
