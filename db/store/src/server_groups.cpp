// SPDX-License-Identifier: Apache-2.0
#include "db/store/server_groups.h"

#define GROUP_COLUMNS \
  "g.id, g.number, g.project_id, g.user_id, g.name, g.policy, g.max_per_host, g.created_us"

namespace virga::store::server_groups {
namespace {

model::ServerGroup read(const Rows& r) {
  model::ServerGroup g;
  g.id = r.text(0);
  g.number = r.integer(1);
  g.project_id = r.text(2);
  g.user_id = r.text(3);
  g.name = r.text(4);
  g.policy = r.text(5);
  g.max_per_host = r.integer(6);
  g.created_us = r.integer(7);
  return g;
}

void read_members(ReadTx& tx, model::ServerGroup& group) {
  Rows rows = tx.query(
      "SELECT i.id FROM server_group_members m"
      " JOIN instances i ON i.id = m.instance_id AND i.deleted_us = 0"
      " WHERE m.group_id = $1 ORDER BY i.created_us, i.id",
      group.id);
  while (rows.next()) group.members.push_back(rows.text(0));
}

}  // namespace

void insert(WriteTx& tx, const model::ServerGroup& g) {
  tx.exec(
      "INSERT INTO server_groups (id, number, project_id, user_id, name, policy, max_per_host,"
      " created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      g.id, g.number, g.project_id, g.user_id, g.name, g.policy, g.max_per_host, g.created_us);
}

std::optional<model::ServerGroup> find(ReadTx& tx, const std::string& id,
                                       const std::string& project_id) {
  std::optional<model::ServerGroup> found;
  {
    Rows rows = tx.query("SELECT " GROUP_COLUMNS
                         " FROM server_groups g"
                         " WHERE g.id = $1 AND (g.project_id = $2 OR $2 = '')",
                         id, project_id);
    if (rows.next()) found = read(rows);
  }
  if (found) read_members(tx, *found);
  return found;
}

std::optional<model::ServerGroup> find_of_instance(ReadTx& tx, const std::string& instance_id) {
  Rows rows = tx.query("SELECT " GROUP_COLUMNS
                       " FROM server_group_members m JOIN server_groups g ON g.id = m.group_id"
                       " WHERE m.instance_id = $1",
                       instance_id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::ServerGroup> list(ReadTx& tx, const Page& page) {
  std::vector<model::ServerGroup> groups;
  {
    Rows rows = tx.query("SELECT " GROUP_COLUMNS
                         " FROM server_groups g WHERE g.project_id = $1 OR $1 = ''"
                         " ORDER BY g.number LIMIT $2 OFFSET $3",
                         page.project_id, page.limit, page.offset);
    while (rows.next()) groups.push_back(read(rows));
  }
  for (auto& group : groups) read_members(tx, group);
  return groups;
}

std::int64_t count(ReadTx& tx, const std::string& project_id, const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT count(*) FROM server_groups WHERE project_id = $1 AND (user_id = $2 OR $2 = '')",
      project_id, user_id);
  rows.next();
  return rows.integer(0);
}

bool erase(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM server_groups WHERE id = $1", id) > 0;
}

void add_member(WriteTx& tx, const std::string& group_id, const std::string& instance_id) {
  tx.exec("INSERT INTO server_group_members (instance_id, group_id) VALUES ($1, $2)", instance_id,
          group_id);
}

std::int64_t count_members(ReadTx& tx, const std::string& group_id, const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT count(*) FROM server_group_members m"
      " JOIN instances i ON i.id = m.instance_id AND i.deleted_us = 0"
      " WHERE m.group_id = $1 AND i.user_id = $2",
      group_id, user_id);
  rows.next();
  return rows.integer(0);
}

std::map<std::string, std::int64_t> members_by_host(ReadTx& tx, const std::string& group_id) {
  Rows rows = tx.query(
      "SELECT i.host_id, count(*) FROM server_group_members m"
      " JOIN instances i ON i.id = m.instance_id AND i.deleted_us = 0"
      " WHERE m.group_id = $1 AND i.host_id <> '' GROUP BY i.host_id",
      group_id);
  std::map<std::string, std::int64_t> counts;
  while (rows.next()) counts[rows.text(0)] = rows.integer(1);
  return counts;
}

}  // namespace virga::store::server_groups
