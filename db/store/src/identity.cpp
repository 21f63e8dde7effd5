// SPDX-License-Identifier: Apache-2.0
#include "db/store/identity.h"

#include "common/error.h"

namespace virga::store::identity {
namespace {

model::Domain read_domain(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.flag(3)};
}
model::Project read_project(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.flag(4)};
}
model::User read_user(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.flag(4)};
}

void changed(WriteTx& tx, const std::string& id) {
  tx.notify("identity", id);
}

}  // namespace

std::optional<model::Domain> find_domain(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT id, name, description, enabled FROM domains WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read_domain(rows);
}

std::optional<model::Domain> find_domain_named(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query("SELECT id, name, description, enabled FROM domains WHERE name = $1", name);
  if (!rows.next()) return std::nullopt;
  return read_domain(rows);
}

std::optional<model::Project> find_project(ReadTx& tx, const std::string& id) {
  Rows rows =
      tx.query("SELECT id, domain_id, name, description, enabled FROM projects WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read_project(rows);
}

std::optional<model::Project> find_project_named(ReadTx& tx, const std::string& domain_id,
                                                 const std::string& name) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, description, enabled FROM projects"
      " WHERE domain_id = $1 AND name = $2",
      domain_id, name);
  if (!rows.next()) return std::nullopt;
  return read_project(rows);
}

std::optional<model::User> find_user(ReadTx& tx, const std::string& id) {
  Rows rows =
      tx.query("SELECT id, domain_id, name, password_hash, enabled FROM users WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read_user(rows);
}

std::optional<model::User> find_user_named(ReadTx& tx, const std::string& domain_id,
                                           const std::string& name) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, password_hash, enabled FROM users"
      " WHERE domain_id = $1 AND name = $2",
      domain_id, name);
  if (!rows.next()) return std::nullopt;
  return read_user(rows);
}

std::optional<model::Role> find_role_named(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query("SELECT id, name FROM roles WHERE name = $1", name);
  if (!rows.next()) return std::nullopt;
  return model::Role{rows.text(0), rows.text(1)};
}

std::vector<model::Role> list_roles(ReadTx& tx, const std::string& user_id,
                                    const std::string& project_id) {
  Rows rows = tx.query(
      "SELECT roles.id, roles.name FROM role_assignments JOIN roles ON roles.id = role_id"
      " WHERE user_id = $1 AND project_id = $2 ORDER BY roles.name",
      user_id, project_id);
  std::vector<model::Role> roles;
  while (rows.next()) roles.push_back({rows.text(0), rows.text(1)});
  return roles;
}

std::vector<model::Project> list_projects_of(ReadTx& tx, const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, description, enabled FROM projects WHERE enabled = 1 AND id IN"
      " (SELECT project_id FROM role_assignments WHERE user_id = $1) ORDER BY name, id",
      user_id);
  std::vector<model::Project> projects;
  while (rows.next()) projects.push_back(read_project(rows));
  return projects;
}

void insert(WriteTx& tx, const model::Domain& d) {
  tx.exec("INSERT INTO domains (id, name, description, enabled) VALUES ($1, $2, $3, $4)", d.id,
          d.name, d.description, d.enabled);
  changed(tx, d.id);
}

void insert(WriteTx& tx, const model::Project& p) {
  tx.exec(
      "INSERT INTO projects (id, domain_id, name, description, enabled)"
      " VALUES ($1, $2, $3, $4, $5)",
      p.id, p.domain_id, p.name, p.description, p.enabled);
  changed(tx, p.id);
}

void insert(WriteTx& tx, const model::User& u) {
  tx.exec(
      "INSERT INTO users (id, domain_id, name, password_hash, enabled) VALUES ($1, $2, $3, $4, $5)",
      u.id, u.domain_id, u.name, u.password_hash, u.enabled);
  changed(tx, u.id);
}

void insert(WriteTx& tx, const model::Role& r) {
  tx.exec("INSERT INTO roles (id, name) VALUES ($1, $2)", r.id, r.name);
  changed(tx, r.id);
}

void assign(WriteTx& tx, const std::string& user_id, const std::string& project_id,
            const std::string& role_id) {
  tx.exec(
      "INSERT INTO role_assignments (user_id, project_id, role_id) VALUES ($1, $2, $3)"
      " ON CONFLICT (user_id, project_id, role_id) DO NOTHING",
      user_id, project_id, role_id);
  changed(tx, user_id);
}

void set_password_hash(WriteTx& tx, const std::string& user_id, const std::string& hash) {
  if (tx.exec("UPDATE users SET password_hash = $1 WHERE id = $2", hash, user_id) == 0)
    throw Error(ErrorKind::not_found, "User " + user_id + " could not be found.");
  tx.exec("DELETE FROM tokens WHERE user_id = $1", user_id);
  changed(tx, user_id);
}

void set_enabled(WriteTx& tx, const std::string& user_id, bool enabled) {
  if (tx.exec("UPDATE users SET enabled = $1 WHERE id = $2", enabled, user_id) == 0)
    throw Error(ErrorKind::not_found, "User " + user_id + " could not be found.");
  changed(tx, user_id);
}

}  // namespace virga::store::identity
