// SPDX-License-Identifier: Apache-2.0
#include "db/store/grants.h"

#include <algorithm>
#include <map>

#include "common/error.h"

namespace virga::store::grants {
namespace {

std::vector<model::Role> read_roles(Rows rows) {
  std::vector<model::Role> roles;
  while (rows.next())
    roles.push_back(
        {rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5)});
  return roles;
}

std::vector<std::string> read_ids(Rows rows) {
  std::vector<std::string> ids;
  while (rows.next()) ids.push_back(rows.text(0));
  return ids;
}

/// Directly on the project, or from a project or the domain above it.
Rows held_on_project(ReadTx& tx, const std::string& user_id, const std::string& project_id) {
  return tx.query(
      "WITH RECURSIVE actors (kind, id) AS (SELECT 'user', $1"
      "  UNION ALL SELECT 'group', group_id FROM group_members WHERE user_id = $1),"
      " above (id) AS (SELECT parent_id FROM projects WHERE id = $2"
      "  UNION SELECT projects.parent_id FROM projects JOIN above ON projects.id = above.id),"
      " held (id) AS (SELECT role_id FROM actors JOIN grants ON actor_kind = actors.kind"
      "   AND actor_id = actors.id WHERE (inherited = 0 AND target_kind = 'project'"
      "   AND target_id = $2) OR (inherited = 1 AND target_id IN (SELECT id FROM above))"
      "  UNION SELECT implied_id FROM implied_roles JOIN held ON prior_id = held.id)"
      " SELECT roles.id, name, domain_id, description, options, extra FROM roles"
      " JOIN held ON held.id = roles.id ORDER BY name, roles.id",
      user_id, project_id);
}

/// Domains and the system inherit nothing.
Rows held_on(ReadTx& tx, const std::string& user_id, const char* kind, const std::string& id) {
  return tx.query(
      "WITH RECURSIVE actors (kind, id) AS (SELECT 'user', $1"
      "  UNION ALL SELECT 'group', group_id FROM group_members WHERE user_id = $1),"
      " held (id) AS (SELECT role_id FROM actors JOIN grants ON actor_kind = actors.kind"
      "   AND actor_id = actors.id WHERE inherited = 0 AND target_kind = $2 AND target_id = $3"
      "  UNION SELECT implied_id FROM implied_roles JOIN held ON prior_id = held.id)"
      " SELECT roles.id, name, domain_id, description, options, extra FROM roles"
      " JOIN held ON held.id = roles.id ORDER BY name, roles.id",
      user_id, kind, id);
}

}  // namespace

void insert(WriteTx& tx, const model::Grant& g) {
  tx.exec(
      "INSERT INTO grants (role_id, actor_kind, actor_id, target_kind, target_id, inherited)"
      " VALUES ($1, $2, $3, $4, $5, $6)"
      " ON CONFLICT (actor_kind, actor_id, target_kind, target_id, inherited, role_id) DO NOTHING",
      g.role_id, name_of(g.actor_kind), g.actor_id, name_of(g.target_kind), g.target_id,
      g.inherited);
  tx.notify("identity", g.actor_id);
}

bool erase(WriteTx& tx, const model::Grant& g) {
  const bool there =
      tx.exec(
          "DELETE FROM grants WHERE role_id = $1 AND actor_kind = $2 AND actor_id = $3"
          " AND target_kind = $4 AND target_id = $5 AND inherited = $6",
          g.role_id, name_of(g.actor_kind), g.actor_id, name_of(g.target_kind), g.target_id,
          g.inherited) > 0;
  if (there) tx.notify("identity", g.actor_id);
  return there;
}

bool exists(ReadTx& tx, const model::Grant& g) {
  return tx
      .query(
          "SELECT 1 FROM grants WHERE role_id = $1 AND actor_kind = $2 AND actor_id = $3"
          " AND target_kind = $4 AND target_id = $5 AND inherited = $6",
          g.role_id, name_of(g.actor_kind), g.actor_id, name_of(g.target_kind), g.target_id,
          g.inherited)
      .next();
}

void erase_of_actor(WriteTx& tx, model::ActorKind kind, const std::string& id) {
  tx.exec("DELETE FROM grants WHERE actor_kind = $1 AND actor_id = $2", name_of(kind), id);
  tx.notify("identity", id);
}

void erase_of_target(WriteTx& tx, model::TargetKind kind, const std::string& id) {
  tx.exec("DELETE FROM grants WHERE target_kind = $1 AND target_id = $2", name_of(kind), id);
  tx.notify("identity", id);
}

std::vector<model::Role> list_direct(ReadTx& tx, const model::Grant& of) {
  return read_roles(tx.query(
      "SELECT id, name, domain_id, description, options, extra FROM roles WHERE id IN"
      " (SELECT role_id FROM grants WHERE actor_kind = $1 AND actor_id = $2"
      " AND target_kind = $3 AND target_id = $4 AND inherited = $5) ORDER BY name, id",
      name_of(of.actor_kind), of.actor_id, name_of(of.target_kind), of.target_id, of.inherited));
}

std::vector<model::Grant> list(ReadTx& tx, model::ActorKind kind, const std::string& actor_id) {
  Rows rows = tx.query(
      "SELECT role_id, actor_kind, actor_id, target_kind, target_id, inherited FROM grants"
      " WHERE actor_kind = $1 AND ($2 = '' OR actor_id = $2)"
      " ORDER BY actor_kind, actor_id, target_kind, target_id, inherited, role_id",
      name_of(kind), actor_id);
  std::vector<model::Grant> grants;
  while (rows.next())
    grants.push_back({rows.text(0), model::actor_kind_named(rows.text(1)), rows.text(2),
                      model::target_kind_named(rows.text(3)), rows.text(4), rows.flag(5)});
  return grants;
}

std::vector<model::Role> list_roles(ReadTx& tx, const std::string& user_id, model::TargetKind kind,
                                    const std::string& target_id, Strip strip) {
  auto roles = read_roles(kind == model::TargetKind::project
                              ? held_on_project(tx, user_id, target_id)
                              : held_on(tx, user_id, name_of(kind), target_id));
  if (strip == Strip::domain_roles)
    std::erase_if(roles, [](const model::Role& role) { return !role.domain_id.empty(); });
  return roles;
}

std::vector<std::string> list_project_ids(ReadTx& tx, const std::string& user_id) {
  return read_ids(tx.query(
      "WITH RECURSIVE actors (kind, id) AS (SELECT 'user', $1"
      "  UNION ALL SELECT 'group', group_id FROM group_members WHERE user_id = $1),"
      " useful (id) AS (SELECT id FROM roles WHERE domain_id = ''"
      "  UNION SELECT prior_id FROM implied_roles JOIN useful ON implied_id = useful.id),"
      " mine (kind, id, inherited) AS (SELECT target_kind, target_id, inherited FROM actors"
      "  JOIN grants ON actor_kind = actors.kind AND actor_id = actors.id"
      "  JOIN useful ON useful.id = role_id),"
      " below (id) AS (SELECT projects.id FROM projects JOIN mine ON parent_id = mine.id"
      "   WHERE inherited = 1"
      "  UNION SELECT projects.id FROM projects JOIN below ON parent_id = below.id)"
      " SELECT id FROM below UNION SELECT id FROM mine WHERE kind = 'project' AND inherited = 0"
      " ORDER BY 1",
      user_id));
}

std::vector<std::string> list_domain_ids(ReadTx& tx, const std::string& user_id) {
  return read_ids(
      tx.query("WITH RECURSIVE actors (kind, id) AS (SELECT 'user', $1"
               "  UNION ALL SELECT 'group', group_id FROM group_members WHERE user_id = $1),"
               " useful (id) AS (SELECT id FROM roles WHERE domain_id = ''"
               "  UNION SELECT prior_id FROM implied_roles JOIN useful ON implied_id = useful.id)"
               " SELECT DISTINCT target_id FROM actors JOIN grants ON actor_kind = actors.kind"
               "  AND actor_id = actors.id JOIN useful ON useful.id = role_id"
               "  WHERE target_kind = 'domain' AND inherited = 0 ORDER BY 1",
               user_id));
}

std::vector<std::pair<std::string, std::string>> list_members(ReadTx& tx,
                                                              const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT group_id, user_id FROM group_members WHERE ($1 = '' OR user_id = $1) ORDER BY 1, 2",
      user_id);
  std::vector<std::pair<std::string, std::string>> members;
  while (rows.next()) members.emplace_back(rows.text(0), rows.text(1));
  return members;
}

std::vector<std::pair<std::string, std::string>> list_parents(ReadTx& tx) {
  Rows rows = tx.query("SELECT id, parent_id FROM projects ORDER BY id");
  std::vector<std::pair<std::string, std::string>> parents;
  while (rows.next()) parents.emplace_back(rows.text(0), rows.text(1));
  return parents;
}

std::vector<model::Role> with_implied(ReadTx& tx, const std::vector<std::string>& role_ids) {
  std::map<std::string, model::Role> all;  // by id
  for (const auto& id : role_ids)
    for (auto& role : read_roles(
             tx.query("WITH RECURSIVE held (id) AS (SELECT id FROM roles WHERE id = $1"
                      " UNION SELECT implied_id FROM implied_roles JOIN held ON prior_id = held.id)"
                      " SELECT roles.id, name, domain_id, description, options, extra FROM roles"
                      " JOIN held ON held.id = roles.id WHERE domain_id = ''",
                      id)))
      all.emplace(role.id, role);
  std::vector<model::Role> roles;
  for (auto& [id, role] : all) roles.push_back(std::move(role));
  return roles;
}

}  // namespace virga::store::grants
