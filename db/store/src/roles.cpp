// SPDX-License-Identifier: Apache-2.0
#include "db/store/roles.h"

#include "common/error.h"

namespace virga::store::roles {
namespace {

model::Role read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.text(4), r.text(5)};
}

std::vector<model::Role> read_all(Rows rows) {
  std::vector<model::Role> roles;
  while (rows.next()) roles.push_back(read_row(rows));
  return roles;
}

}  // namespace

std::optional<model::Role> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, name, domain_id, description, options, extra FROM roles WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::optional<model::Role> find_named(ReadTx& tx, const std::string& name,
                                      const std::string& domain_id) {
  Rows rows = tx.query(
      "SELECT id, name, domain_id, description, options, extra FROM roles"
      " WHERE domain_id = $1 AND name = $2",
      domain_id, name);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::vector<model::Role> list(ReadTx& tx, const std::string& domain_id) {
  return read_all(
      tx.query("SELECT id, name, domain_id, description, options, extra FROM roles"
               " WHERE domain_id = $1 ORDER BY name, id",
               domain_id));
}

std::vector<model::Role> list_all(ReadTx& tx) {
  return read_all(
      tx.query("SELECT id, name, domain_id, description, options, extra FROM roles"
               " ORDER BY name, id"));
}

void insert(WriteTx& tx, const model::Role& r) {
  tx.exec(
      "INSERT INTO roles (id, name, domain_id, description, options, extra)"
      " VALUES ($1, $2, $3, $4, $5, $6)",
      r.id, r.name, r.domain_id, r.description, r.options, r.extra);
  tx.notify("identity", r.id);
}

void update(WriteTx& tx, const model::Role& r) {
  tx.exec("UPDATE roles SET name = $1, description = $2, options = $3, extra = $4 WHERE id = $5",
          r.name, r.description, r.options, r.extra, r.id);
  tx.notify("identity", r.id);
}

bool erase(WriteTx& tx, const std::string& id) {
  const bool there = tx.exec("DELETE FROM roles WHERE id = $1", id) > 0;
  if (there) tx.notify("identity", id);
  return there;
}

void imply(WriteTx& tx, const std::string& prior_id, const std::string& implied_id) {
  tx.exec(
      "INSERT INTO implied_roles (prior_id, implied_id) VALUES ($1, $2)"
      " ON CONFLICT (prior_id, implied_id) DO NOTHING",
      prior_id, implied_id);
  tx.notify("identity", prior_id);
}

bool unimply(WriteTx& tx, const std::string& prior_id, const std::string& implied_id) {
  const bool there = tx.exec("DELETE FROM implied_roles WHERE prior_id = $1 AND implied_id = $2",
                             prior_id, implied_id) > 0;
  if (there) tx.notify("identity", prior_id);
  return there;
}

bool implies(ReadTx& tx, const std::string& prior_id, const std::string& implied_id) {
  return tx
      .query("SELECT 1 FROM implied_roles WHERE prior_id = $1 AND implied_id = $2", prior_id,
             implied_id)
      .next();
}

std::vector<model::Role> list_implied(ReadTx& tx, const std::string& prior_id) {
  return read_all(
      tx.query("SELECT id, name, domain_id, description, options, extra FROM roles"
               " WHERE id IN (SELECT implied_id FROM implied_roles WHERE prior_id = $1)"
               " ORDER BY name, id",
               prior_id));
}

std::vector<std::pair<std::string, std::string>> list_implications(ReadTx& tx) {
  Rows rows = tx.query("SELECT prior_id, implied_id FROM implied_roles ORDER BY 1, 2");
  std::vector<std::pair<std::string, std::string>> all;
  while (rows.next()) all.emplace_back(rows.text(0), rows.text(1));
  return all;
}

}  // namespace virga::store::roles
