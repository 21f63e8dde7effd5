// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Grants: who holds a role on what. Every change notifies the topic "identity".
namespace virga::store::grants {

/// Idempotent.
void insert(WriteTx& tx, const model::Grant& grant);
/// Roles that a user holds on a project: directly and by implication, by name.
std::vector<model::Role> list_roles(ReadTx& tx, const std::string& user_id,
                                    const std::string& project_id);

}  // namespace virga::store::grants
