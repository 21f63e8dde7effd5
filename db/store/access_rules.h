// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/delegation.h"
#include "db/store/database.h"

/// The kinds of requests that a user's application credentials are restricted to.
namespace virga::store::access_rules {

std::optional<model::AccessRule> find(ReadTx& tx, const std::string& id);
/// The rule of a user that says the same.
std::optional<model::AccessRule> find_same(ReadTx& tx, const model::AccessRule& rule);
/// Those of a user, by id.
std::vector<model::AccessRule> list(ReadTx& tx, const std::string& user_id);
void insert(WriteTx& tx, const model::AccessRule& rule);
bool is_used(ReadTx& tx, const std::string& id);
/// @return false when there was none  @throws Error{conflict} when a credential uses it
bool erase(WriteTx& tx, const std::string& id);

}  // namespace virga::store::access_rules
