// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Users. Every change notifies the topic "identity".
namespace virga::store::users {

std::optional<model::User> find(ReadTx& tx, const std::string& id);
std::optional<model::User> find_named(ReadTx& tx, const std::string& domain_id,
                                      const std::string& name);

/// Which users a list has; empty members do not restrict it.
struct Query {
  std::string domain_id = {};
  std::string name = {};
  std::string after = {};  ///< only ids behind this one
};
/// Calls `take` for each user in the order of ids, until it says false. Password hashes are not
/// read.
void each(ReadTx& tx, const Query& query, const std::function<bool(const model::User&)>& take);
/// The same for the members of a group.
void each_in_group(ReadTx& tx, const std::string& group_id, const std::string& after,
                   const std::function<bool(const model::User&)>& take);

/// @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::User& user);
/// Replaces all columns but those of the password. Disabling a user ends his tokens.
/// @throws Error{not_found, conflict}
void update(WriteTx& tx, const model::User& user);
/// Ends the user's tokens, too.  @throws Error{not_found}
void set_password_hash(WriteTx& tx, const std::string& user_id, const std::string& hash,
                       TimeUs now_us = 0);
/// Disabling a user ends his tokens.  @throws Error{not_found}
void set_enabled(WriteTx& tx, const std::string& user_id, bool enabled);
/// With his grants, tokens, memberships, key pairs and credentials.
void erase(WriteTx& tx, const std::string& id);

}  // namespace virga::store::users
