// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/catalog.h"
#include "db/store/database.h"

/// Services. Every change notifies the topic "catalog".
namespace virga::store::services {

std::optional<model::Service> find(ReadTx& tx, const std::string& id);
/// By type, then name.
std::vector<model::Service> list(ReadTx& tx);
/// @throws Error{conflict} when the id is taken
void insert(WriteTx& tx, const model::Service& service);
/// All but the id.  @throws Error{not_found}
void update(WriteTx& tx, const model::Service& service);
/// Removes its endpoints, too.  @throws Error{not_found}, Error{conflict} when limits are
/// registered for it
void erase(WriteTx& tx, const std::string& id);

}  // namespace virga::store::services
