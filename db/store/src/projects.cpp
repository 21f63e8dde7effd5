// SPDX-License-Identifier: Apache-2.0
#include "db/store/projects.h"

#include "common/error.h"

namespace virga::store::projects {
namespace {

model::Project read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.flag(4), r.text(5), r.text(6), r.text(7)};
}

}  // namespace

std::optional<model::Project> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, description, enabled, parent_id, options, extra FROM projects"
      " WHERE id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::optional<model::Project> find_named(ReadTx& tx, const std::string& domain_id,
                                         const std::string& name) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, description, enabled, parent_id, options, extra FROM projects"
      " WHERE domain_id = $1 AND name = $2",
      domain_id, name);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::vector<model::Project> list_of_user(ReadTx& tx, const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, description, enabled, parent_id, options, extra FROM projects"
      " WHERE enabled = 1 AND id IN (SELECT target_id FROM grants WHERE actor_kind = 'user'"
      " AND actor_id = $1 AND target_kind = 'project' AND inherited = 0) ORDER BY name, id",
      user_id);
  std::vector<model::Project> projects;
  while (rows.next()) projects.push_back(read_row(rows));
  return projects;
}

void insert(WriteTx& tx, const model::Project& p) {
  tx.exec(
      "INSERT INTO projects (id, domain_id, name, description, enabled, parent_id, options, extra)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      p.id, p.domain_id, p.name, p.description, p.enabled,
      p.parent_id.empty() ? p.domain_id : p.parent_id, p.options, p.extra);
  tx.notify("identity", p.id);
}

}  // namespace virga::store::projects
