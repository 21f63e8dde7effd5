// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/model/server_group.h"
#include "db/store/database.h"

/// Server groups and which instances are in them.
namespace virga::store::server_groups {

void insert(WriteTx& tx, const model::ServerGroup& group);
/// Only one of `project_id` unless that is empty.
std::optional<model::ServerGroup> find(ReadTx& tx, const std::string& id,
                                       const std::string& project_id);
/// The group of an instance, without its members; nullopt: it is in none.
std::optional<model::ServerGroup> find_of_instance(ReadTx& tx, const std::string& instance_id);

/// A part of a list, in the order in which groups were made.
struct Page {
  std::string project_id;  ///< empty: of all projects
  std::int64_t offset = 0;
  std::int64_t limit = 1000;
};
std::vector<model::ServerGroup> list(ReadTx& tx, const Page& page);
/// Of a project, or of one user in it.
std::int64_t count(ReadTx& tx, const std::string& project_id, const std::string& user_id = "");
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& id);

/// Records that an instance was created in a group.
/// @throws Error{conflict} when the group or the instance is not there
void add_member(WriteTx& tx, const std::string& group_id, const std::string& instance_id);
/// Live instances of one user in a group.
std::int64_t count_members(ReadTx& tx, const std::string& group_id, const std::string& user_id);
/// How many live instances of a group each host has, by host id: what the policies look at.
std::map<std::string, std::int64_t> members_by_host(ReadTx& tx, const std::string& group_id);

}  // namespace virga::store::server_groups
