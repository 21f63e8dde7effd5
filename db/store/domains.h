// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Domains. Every change notifies the topic "identity".
namespace virga::store::domains {

std::optional<model::Domain> find(ReadTx& tx, const std::string& id);
std::optional<model::Domain> find_named(ReadTx& tx, const std::string& name);
/// Calls `take` for each domain behind the id `after`, in the order of ids, until it says false.
void each(ReadTx& tx, const std::string& after,
          const std::function<bool(const model::Domain&)>& take);
/// @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::Domain& domain);
/// Replaces all columns.  @throws Error{not_found, conflict}
void update(WriteTx& tx, const model::Domain& domain);
/// With all that is in it: users, groups, projects, roles, their grants and tokens.
void erase(WriteTx& tx, const std::string& id);

/// In alphabetical order.
std::vector<std::string> list_tags(ReadTx& tx, const std::string& id);
void set_tags(WriteTx& tx, const std::string& id, const std::vector<std::string>& tags);

}  // namespace virga::store::domains
