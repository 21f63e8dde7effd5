// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/limit.h"
#include "db/store/database.h"

/// Defaults of limits.
namespace virga::store::registered_limits {

std::optional<model::RegisteredLimit> find(ReadTx& tx, const std::string& id);
/// The one of exactly that service, region (may be empty) and resource.
std::optional<model::RegisteredLimit> find_of(ReadTx& tx, const model::RegisteredLimit& like);
std::vector<model::RegisteredLimit> list(ReadTx& tx);
/// @throws Error{conflict} when the resource has one already
void insert(WriteTx& tx, const model::RegisteredLimit& limit);
/// All but the id.  @throws Error{not_found, conflict}
void update(WriteTx& tx, const model::RegisteredLimit& limit);
/// @throws Error{not_found}, Error{conflict} when a project or domain has a limit of its own
void erase(WriteTx& tx, const std::string& id);
/// True when a project or domain has a limit of its own.
bool is_used(ReadTx& tx, const std::string& id);

}  // namespace virga::store::registered_limits
