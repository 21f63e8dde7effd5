// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Domains. Every change notifies the topic "identity".
namespace virga::store::domains {

std::optional<model::Domain> find(ReadTx& tx, const std::string& id);
std::optional<model::Domain> find_named(ReadTx& tx, const std::string& name);
/// @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::Domain& domain);

}  // namespace virga::store::domains
