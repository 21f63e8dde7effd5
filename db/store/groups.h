// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Groups and who is in them. Every change notifies the topic "identity".
namespace virga::store::groups {

std::optional<model::Group> find(ReadTx& tx, const std::string& id);
std::optional<model::Group> find_named(ReadTx& tx, const std::string& domain_id,
                                       const std::string& name);

/// Which groups a list has; empty members do not restrict it.
struct Query {
  std::string domain_id = {};
  std::string name = {};
  std::string after = {};  ///< only ids behind this one
};
/// Calls `take` for each group in the order of ids, until it says false.
void each(ReadTx& tx, const Query& query, const std::function<bool(const model::Group&)>& take);
/// By name.
std::vector<model::Group> list_of_user(ReadTx& tx, const std::string& user_id);

/// @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::Group& group);
/// @throws Error{not_found, conflict}
void update(WriteTx& tx, const model::Group& group);
/// With its grants and memberships.
void erase(WriteTx& tx, const std::string& id);

/// Idempotent. Both must exist.
void add_member(WriteTx& tx, const std::string& group_id, const std::string& user_id);
bool has_member(ReadTx& tx, const std::string& group_id, const std::string& user_id);
/// @return false when he was no member
bool remove_member(WriteTx& tx, const std::string& group_id, const std::string& user_id);

}  // namespace virga::store::groups
