// SPDX-License-Identifier: Apache-2.0
#include "db/store/projects.h"

#include <algorithm>

#include "common/error.h"

namespace virga::store::projects {
namespace {

model::Project read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.flag(4), r.text(5), r.text(6), r.text(7)};
}

std::vector<model::Project> read_all(Rows rows) {
  std::vector<model::Project> projects;
  while (rows.next()) projects.push_back(read_row(rows));
  return projects;
}

void take_each(Rows rows, const std::function<bool(const model::Project&)>& take) {
  while (rows.next())
    if (!take(read_row(rows))) return;
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

void each(ReadTx& tx, const Query& q, const std::function<bool(const model::Project&)>& take) {
  if (!q.name.empty())
    return take_each(
        tx.query("SELECT id, domain_id, name, description, enabled, parent_id, options, extra"
                 " FROM projects WHERE name = $1 AND ($2 = '' OR domain_id = $2)"
                 " AND ($3 = '' OR parent_id = $3) AND id > $4 ORDER BY id",
                 q.name, q.domain_id, q.parent_id, q.after),
        take);
  take_each(tx.query("SELECT id, domain_id, name, description, enabled, parent_id, options, extra"
                     " FROM projects WHERE ($1 = '' OR domain_id = $1)"
                     " AND ($2 = '' OR parent_id = $2) AND id > $3 ORDER BY id",
                     q.domain_id, q.parent_id, q.after),
            take);
}

std::vector<model::Project> list_held(ReadTx& tx, const std::string& user_id) {
  return read_all(
      tx.query("WITH RECURSIVE held (kind, id, inherited) AS ("
               " SELECT target_kind, target_id, inherited FROM grants"
               " WHERE actor_kind = 'user' AND actor_id = $1"
               " UNION SELECT target_kind, target_id, inherited FROM grants"
               " JOIN group_members ON actor_id = group_id"
               " WHERE actor_kind = 'group' AND user_id = $1),"
               " below (id) AS ("
               " SELECT projects.id FROM projects JOIN held ON parent_id = held.id"
               " WHERE held.inherited = 1 AND held.kind IN ('project', 'domain')"
               " UNION SELECT projects.id FROM projects JOIN below ON parent_id = below.id)"
               " SELECT id, domain_id, name, description, enabled, parent_id, options, extra"
               " FROM projects WHERE id IN (SELECT id FROM below"
               " UNION SELECT id FROM held WHERE kind = 'project' AND inherited = 0)"
               " ORDER BY name, id",
               user_id));
}

std::vector<model::Project> list_of_user(ReadTx& tx, const std::string& user_id) {
  std::vector<model::Project> projects = list_held(tx, user_id);
  std::erase_if(projects, [](const model::Project& p) { return !p.enabled; });
  return projects;
}

std::vector<model::Project> list_below(ReadTx& tx, const std::string& id) {
  return read_all(
      tx.query("WITH RECURSIVE below (id, depth) AS ("
               " SELECT id, 1 FROM projects WHERE parent_id = $1"
               " UNION SELECT projects.id, depth + 1 FROM projects"
               " JOIN below ON parent_id = below.id)"
               " SELECT projects.id, domain_id, name, description, enabled, parent_id, options,"
               " extra FROM projects JOIN below ON projects.id = below.id"
               " ORDER BY depth, name, projects.id",
               id));
}

bool has_children(ReadTx& tx, const std::string& id) {
  return tx.query("SELECT 1 FROM projects WHERE parent_id = $1 LIMIT 1", id).next();
}

void insert(WriteTx& tx, const model::Project& p) {
  tx.exec(
      "INSERT INTO projects (id, domain_id, name, description, enabled, parent_id, options, extra)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      p.id, p.domain_id, p.name, p.description, p.enabled,
      p.parent_id.empty() ? p.domain_id : p.parent_id, p.options, p.extra);
  tx.notify("identity", p.id);
}

void update(WriteTx& tx, const model::Project& p) {
  if (tx.exec(
          "UPDATE projects SET name = $1, description = $2, enabled = $3, options = $4, extra = $5"
          " WHERE id = $6",
          p.name, p.description, p.enabled, p.options, p.extra, p.id) == 0)
    throw Error(ErrorKind::not_found, "Could not find project: " + p.id + ".");
  if (!p.enabled) tx.exec("DELETE FROM tokens WHERE project_id = $1", p.id);
  tx.notify("identity", p.id);
}

void erase(WriteTx& tx, const std::string& id) {
  tx.exec("DELETE FROM grants WHERE target_kind = 'project' AND target_id = $1", id);
  tx.exec("DELETE FROM tokens WHERE project_id = $1", id);
  tx.exec("UPDATE users SET default_project_id = '' WHERE default_project_id = $1", id);
  tx.exec("DELETE FROM projects WHERE id = $1", id);
  tx.notify("identity", id);
}

std::vector<std::string> list_tags(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT tag FROM project_tags WHERE project_id = $1 ORDER BY tag", id);
  std::vector<std::string> tags;
  while (rows.next()) tags.push_back(rows.text(0));
  return tags;
}

void set_tags(WriteTx& tx, const std::string& id, const std::vector<std::string>& tags) {
  tx.exec("DELETE FROM project_tags WHERE project_id = $1", id);
  for (const std::string& tag : tags)
    tx.exec(
        "INSERT INTO project_tags (project_id, tag) VALUES ($1, $2)"
        " ON CONFLICT (project_id, tag) DO NOTHING",
        id, tag);
}

}  // namespace virga::store::projects
