// SPDX-License-Identifier: Apache-2.0
#include "db/store/domains.h"

#include "common/error.h"

namespace virga::store::domains {
namespace {

model::Domain read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.flag(3), r.text(4), r.text(5)};
}

void erase_grants(WriteTx& tx, const std::string& id) {
  tx.exec(
      "DELETE FROM grants WHERE actor_kind = 'user'"
      " AND actor_id IN (SELECT id FROM users WHERE domain_id = $1)",
      id);
  tx.exec(
      "DELETE FROM grants WHERE actor_kind = 'group'"
      " AND actor_id IN (SELECT id FROM groups WHERE domain_id = $1)",
      id);
  tx.exec(
      "DELETE FROM grants WHERE target_kind = 'project'"
      " AND target_id IN (SELECT id FROM projects WHERE domain_id = $1)",
      id);
  tx.exec("DELETE FROM grants WHERE target_kind = 'domain' AND target_id = $1", id);
}

}  // namespace

std::optional<model::Domain> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, name, description, enabled, options, extra FROM domains WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::optional<model::Domain> find_named(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query(
      "SELECT id, name, description, enabled, options, extra FROM domains WHERE name = $1", name);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

void each(ReadTx& tx, const std::string& after,
          const std::function<bool(const model::Domain&)>& take) {
  Rows rows = tx.query(
      "SELECT id, name, description, enabled, options, extra FROM domains WHERE id > $1"
      " ORDER BY id",
      after);
  while (rows.next())
    if (!take(read_row(rows))) return;
}

void insert(WriteTx& tx, const model::Domain& d) {
  tx.exec(
      "INSERT INTO domains (id, name, description, enabled, options, extra)"
      " VALUES ($1, $2, $3, $4, $5, $6)",
      d.id, d.name, d.description, d.enabled, d.options, d.extra);
  tx.notify("identity", d.id);
}

void update(WriteTx& tx, const model::Domain& d) {
  if (tx.exec(
          "UPDATE domains SET name = $1, description = $2, enabled = $3, options = $4, extra = $5"
          " WHERE id = $6",
          d.name, d.description, d.enabled, d.options, d.extra, d.id) == 0)
    throw Error(ErrorKind::not_found, "Could not find domain: " + d.id + ".");
  tx.notify("identity", d.id);
}

void erase(WriteTx& tx, const std::string& id) {
  erase_grants(tx, id);
  tx.exec("DELETE FROM tokens WHERE project_id IN (SELECT id FROM projects WHERE domain_id = $1)",
          id);
  tx.exec("DELETE FROM tokens WHERE domain_id = $1", id);
  tx.exec(
      "UPDATE users SET default_project_id = '' WHERE default_project_id IN"
      " (SELECT id FROM projects WHERE domain_id = $1)",
      id);
  tx.exec("DELETE FROM users WHERE domain_id = $1", id);
  tx.exec("DELETE FROM groups WHERE domain_id = $1", id);
  tx.exec("DELETE FROM projects WHERE domain_id = $1", id);
  tx.exec("DELETE FROM roles WHERE domain_id = $1", id);
  tx.exec("DELETE FROM domains WHERE id = $1", id);
  tx.notify("identity", id);
}

std::vector<std::string> list_tags(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT tag FROM domain_tags WHERE domain_id = $1 ORDER BY tag", id);
  std::vector<std::string> tags;
  while (rows.next()) tags.push_back(rows.text(0));
  return tags;
}

void set_tags(WriteTx& tx, const std::string& id, const std::vector<std::string>& tags) {
  tx.exec("DELETE FROM domain_tags WHERE domain_id = $1", id);
  for (const std::string& tag : tags)
    tx.exec(
        "INSERT INTO domain_tags (domain_id, tag) VALUES ($1, $2)"
        " ON CONFLICT (domain_id, tag) DO NOTHING",
        id, tag);
}

}  // namespace virga::store::domains
