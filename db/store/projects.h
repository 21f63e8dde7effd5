// SPDX-License-Identifier: Apache-2.0
#pragma once

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
/// Enabled projects on which a user holds a role directly, by name.
std::vector<model::Project> list_of_user(ReadTx& tx, const std::string& user_id);
/// An empty parent means the domain.  @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::Project& project);

}  // namespace virga::store::projects
