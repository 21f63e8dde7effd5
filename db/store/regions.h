// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/catalog.h"
#include "db/store/database.h"

/// Regions. Every change notifies the topic "catalog".
namespace virga::store::regions {

std::optional<model::Region> find(ReadTx& tx, const std::string& id);
std::vector<model::Region> list(ReadTx& tx);
/// @throws Error{conflict} when the id is taken or the parent is not there
void insert(WriteTx& tx, const model::Region& region);
/// All but the id.  @throws Error{not_found}
void update(WriteTx& tx, const model::Region& region);
/// Removes the regions below it, too.  @throws Error{not_found}, Error{conflict} when one of them
/// is in use
void erase(WriteTx& tx, const std::string& id);
/// True when `id` or a region below it has endpoints.
bool has_endpoints(ReadTx& tx, const std::string& id);
/// True when `above` is `id` or one of the regions above it.
bool is_within(ReadTx& tx, const std::string& id, const std::string& above);

}  // namespace virga::store::regions
