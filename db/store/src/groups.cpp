// SPDX-License-Identifier: Apache-2.0
#include "db/store/groups.h"

#include "common/error.h"

namespace virga::store::groups {
namespace {

model::Group read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.text(4)};
}

void take_each(Rows rows, const std::function<bool(const model::Group&)>& take) {
  while (rows.next())
    if (!take(read_row(rows))) return;
}

}  // namespace

std::optional<model::Group> find(ReadTx& tx, const std::string& id) {
  Rows rows =
      tx.query("SELECT id, domain_id, name, description, extra FROM groups WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::optional<model::Group> find_named(ReadTx& tx, const std::string& domain_id,
                                       const std::string& name) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, description, extra FROM groups"
      " WHERE domain_id = $1 AND name = $2",
      domain_id, name);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

void each(ReadTx& tx, const Query& q, const std::function<bool(const model::Group&)>& take) {
  if (!q.name.empty())
    return take_each(tx.query("SELECT id, domain_id, name, description, extra FROM groups"
                              " WHERE name = $1 AND ($2 = '' OR domain_id = $2) AND id > $3"
                              " ORDER BY id",
                              q.name, q.domain_id, q.after),
                     take);
  take_each(tx.query("SELECT id, domain_id, name, description, extra FROM groups"
                     " WHERE ($1 = '' OR domain_id = $1) AND id > $2 ORDER BY id",
                     q.domain_id, q.after),
            take);
}

std::vector<model::Group> list_of_user(ReadTx& tx, const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT id, domain_id, name, description, extra FROM groups"
      " JOIN group_members ON group_id = id WHERE user_id = $1 ORDER BY name, id",
      user_id);
  std::vector<model::Group> groups;
  while (rows.next()) groups.push_back(read_row(rows));
  return groups;
}

void insert(WriteTx& tx, const model::Group& g) {
  tx.exec(
      "INSERT INTO groups (id, domain_id, name, description, extra) VALUES ($1, $2, $3, $4, $5)",
      g.id, g.domain_id, g.name, g.description, g.extra);
  tx.notify("identity", g.id);
}

void update(WriteTx& tx, const model::Group& g) {
  if (tx.exec("UPDATE groups SET name = $1, description = $2, extra = $3 WHERE id = $4", g.name,
              g.description, g.extra, g.id) == 0)
    throw Error(ErrorKind::not_found, "Could not find group: " + g.id + ".");
  tx.notify("identity", g.id);
}

void erase(WriteTx& tx, const std::string& id) {
  tx.exec("DELETE FROM grants WHERE actor_kind = 'group' AND actor_id = $1", id);
  tx.exec("DELETE FROM groups WHERE id = $1", id);
  tx.notify("identity", id);
}

void add_member(WriteTx& tx, const std::string& group_id, const std::string& user_id) {
  tx.exec(
      "INSERT INTO group_members (group_id, user_id) VALUES ($1, $2)"
      " ON CONFLICT (group_id, user_id) DO NOTHING",
      group_id, user_id);
  tx.notify("identity", user_id);
}

bool has_member(ReadTx& tx, const std::string& group_id, const std::string& user_id) {
  return tx
      .query("SELECT 1 FROM group_members WHERE group_id = $1 AND user_id = $2", group_id, user_id)
      .next();
}

bool remove_member(WriteTx& tx, const std::string& group_id, const std::string& user_id) {
  const bool was = tx.exec("DELETE FROM group_members WHERE group_id = $1 AND user_id = $2",
                           group_id, user_id) > 0;
  if (was) tx.notify("identity", user_id);
  return was;
}

}  // namespace virga::store::groups
