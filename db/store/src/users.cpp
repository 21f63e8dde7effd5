// SPDX-License-Identifier: Apache-2.0
#include "db/store/users.h"

#include "common/error.h"

namespace virga::store::users {
namespace {

model::User read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2),    r.text(3),    r.flag(4),    r.text(5),
          r.text(6), r.text(7), r.integer(8), r.integer(9), r.integer(10)};
}

/// Rows without a password hash, through one struct whose memory is used again.
void take_each(Rows rows, const std::function<bool(const model::User&)>& take) {
  model::User user;
  while (rows.next()) {
    user.id = rows.view(0);
    user.domain_id = rows.view(1);
    user.name = rows.view(2);
    user.enabled = rows.flag(3);
    user.default_project_id = rows.view(4);
    user.options = rows.view(5);
    user.extra = rows.view(6);
    user.password_expires_us = rows.integer(7);
    if (!take(user)) return;
  }
}

[[noreturn]] void throw_missing(const std::string& id) {
  throw Error(ErrorKind::not_found, "Could not find user: " + id + ".");
}

void end_tokens(WriteTx& tx, const std::string& user_id) {
  tx.exec("DELETE FROM tokens WHERE user_id = $1", user_id);
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
      " password_created_us, password_expires_us, created_us FROM users"
      " WHERE domain_id = $1 AND name = $2",
      domain_id, name);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

void each(ReadTx& tx, const Query& q, const std::function<bool(const model::User&)>& take) {
  if (!q.name.empty())
    return take_each(
        tx.query("SELECT id, domain_id, name, enabled, default_project_id, options, extra,"
                 " password_expires_us FROM users WHERE name = $1"
                 " AND ($2 = '' OR domain_id = $2) AND id > $3 ORDER BY id",
                 q.name, q.domain_id, q.after),
        take);
  if (!q.domain_id.empty())
    return take_each(
        tx.query("SELECT id, domain_id, name, enabled, default_project_id, options, extra,"
                 " password_expires_us FROM users WHERE domain_id = $1 AND id > $2 ORDER BY id",
                 q.domain_id, q.after),
        take);
  take_each(tx.query("SELECT id, domain_id, name, enabled, default_project_id, options, extra,"
                     " password_expires_us FROM users WHERE id > $1 ORDER BY id",
                     q.after),
            take);
}

void each_in_group(ReadTx& tx, const std::string& group_id, const std::string& after,
                   const std::function<bool(const model::User&)>& take) {
  take_each(tx.query("SELECT id, domain_id, name, enabled, default_project_id, options, extra,"
                     " password_expires_us FROM users JOIN group_members ON user_id = id"
                     " WHERE group_id = $1 AND id > $2 ORDER BY id",
                     group_id, after),
            take);
}

void insert(WriteTx& tx, const model::User& u) {
  tx.exec(
      "INSERT INTO users (id, domain_id, name, password_hash, enabled, default_project_id,"
      " options, extra, password_created_us, password_expires_us, created_us)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      u.id, u.domain_id, u.name, u.password_hash, u.enabled, u.default_project_id, u.options,
      u.extra, u.password_created_us, u.password_expires_us, u.created_us);
  tx.notify("identity", u.id);
}

void update(WriteTx& tx, const model::User& u) {
  if (tx.exec("UPDATE users SET name = $1, enabled = $2, default_project_id = $3, options = $4,"
              " extra = $5 WHERE id = $6",
              u.name, u.enabled, u.default_project_id, u.options, u.extra, u.id) == 0)
    throw_missing(u.id);
  if (!u.enabled) end_tokens(tx, u.id);
  tx.notify("identity", u.id);
}

void set_password_hash(WriteTx& tx, const std::string& user_id, const std::string& hash,
                       TimeUs now_us) {
  if (tx.exec("UPDATE users SET password_hash = $1, password_created_us = $2,"
              " password_expires_us = 0 WHERE id = $3",
              hash, now_us, user_id) == 0)
    throw_missing(user_id);
  end_tokens(tx, user_id);
  tx.notify("identity", user_id);
}

void set_enabled(WriteTx& tx, const std::string& user_id, bool enabled) {
  if (tx.exec("UPDATE users SET enabled = $1 WHERE id = $2", enabled, user_id) == 0)
    throw_missing(user_id);
  if (!enabled) end_tokens(tx, user_id);
  tx.notify("identity", user_id);
}

void erase(WriteTx& tx, const std::string& id) {
  tx.exec("DELETE FROM grants WHERE actor_kind = 'user' AND actor_id = $1", id);
  tx.exec("DELETE FROM users WHERE id = $1", id);  // tokens, memberships ... go with him
  tx.notify("identity", id);
}

}  // namespace virga::store::users
