// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Users. Every change notifies the topic "identity".
namespace virga::store::users {

std::optional<model::User> find(ReadTx& tx, const std::string& id);
std::optional<model::User> find_named(ReadTx& tx, const std::string& domain_id,
                                      const std::string& name);
/// @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::User& user);
/// Ends the user's tokens, too.  @throws Error{not_found}
void set_password_hash(WriteTx& tx, const std::string& user_id, const std::string& hash);
/// @throws Error{not_found}
void set_enabled(WriteTx& tx, const std::string& user_id, bool enabled);

}  // namespace virga::store::users
