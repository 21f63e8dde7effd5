// SPDX-License-Identifier: Apache-2.0
#include "db/store/users.h"

#include "common/error.h"

namespace virga::store::users {
namespace {

model::User read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2),    r.text(3),    r.flag(4),    r.text(5),
          r.text(6), r.text(7), r.integer(8), r.integer(9), r.integer(10)};
}

}  // namespace

std::optional<model::User> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, password_hash, enabled, default_project_id, options, extra,"
      " password_created_us, password_expires_us, created_us FROM users WHERE id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::optional<model::User> find_named(ReadTx& tx, const std::string& domain_id,
                                      const std::string& name) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, password_hash, enabled, default_project_id, options, extra,"
      " password_created_us, password_expires_us, created_us FROM users WHERE domain_id = $1 AND "
      "name = $2",
      domain_id, name);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

void insert(WriteTx& tx, const model::User& u) {
  tx.exec(
      "INSERT INTO users (id, domain_id, name, password_hash, enabled, default_project_id, "
      "options, extra,"
      " password_created_us, password_expires_us, created_us)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      u.id, u.domain_id, u.name, u.password_hash, u.enabled, u.default_project_id, u.options,
      u.extra, u.password_created_us, u.password_expires_us, u.created_us);
  tx.notify("identity", u.id);
}

void set_password_hash(WriteTx& tx, const std::string& user_id, const std::string& hash) {
  if (tx.exec("UPDATE users SET password_hash = $1 WHERE id = $2", hash, user_id) == 0)
    throw Error(ErrorKind::not_found, "User " + user_id + " could not be found.");
  tx.exec("DELETE FROM tokens WHERE user_id = $1", user_id);
  tx.notify("identity", user_id);
}

void set_enabled(WriteTx& tx, const std::string& user_id, bool enabled) {
  if (tx.exec("UPDATE users SET enabled = $1 WHERE id = $2", enabled, user_id) == 0)
    throw Error(ErrorKind::not_found, "User " + user_id + " could not be found.");
  tx.notify("identity", user_id);
}

}  // namespace virga::store::users
