// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Roles. Every change notifies the topic "identity".
namespace virga::store::roles {

std::optional<model::Role> find(ReadTx& tx, const std::string& id);
/// A role of the whole cloud.
std::optional<model::Role> find_named(ReadTx& tx, const std::string& name);
/// @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::Role& role);
/// Who has the role `prior_id` has `implied_id` as well. Idempotent.
void imply(WriteTx& tx, const std::string& prior_id, const std::string& implied_id);

}  // namespace virga::store::roles
