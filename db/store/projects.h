// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Projects. Every change notifies the topic "identity".
namespace virga::store::projects {

std::optional<model::Project> find(ReadTx& tx, const std::string& id);
std::optional<model::Project> find_named(ReadTx& tx, const std::string& domain_id,
                                         const std::string& name);

/// Which projects a list has; empty members do not restrict it.
struct Query {
  std::string domain_id = {};
  std::string name = {};
  std::string parent_id = {};
  std::string after = {};  ///< only ids behind this one
};
/// Calls `take` for each project in the order of ids, until it says false.
void each(ReadTx& tx, const Query& query, const std::function<bool(const model::Project&)>& take);
/// Projects on which a user holds a role in any way: directly, by a group, inherited; by name.
std::vector<model::Project> list_held(ReadTx& tx, const std::string& user_id);
/// Those of them that are enabled.
std::vector<model::Project> list_of_user(ReadTx& tx, const std::string& user_id);
/// All below a project or a domain, from the top down.
std::vector<model::Project> list_below(ReadTx& tx, const std::string& id);
bool has_children(ReadTx& tx, const std::string& id);

/// An empty parent means the domain.  @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::Project& project);
/// Replaces all columns but those of its place in the tree. Disabling it ends its tokens.
/// @throws Error{not_found, conflict}
void update(WriteTx& tx, const model::Project& project);
/// With its grants and tokens; it must have no children. What other services keep in it stays.
void erase(WriteTx& tx, const std::string& id);

/// In alphabetical order.
std::vector<std::string> list_tags(ReadTx& tx, const std::string& id);
void set_tags(WriteTx& tx, const std::string& id, const std::vector<std::string>& tags);

}  // namespace virga::store::projects
