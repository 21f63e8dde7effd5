// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/flavor.h"
#include "db/store/database.h"

namespace virga::store::flavors {

/// @throws Error{conflict} when the id or the name is taken
void insert(WriteTx& tx, const model::Flavor& flavor);
std::optional<model::Flavor> find(ReadTx& tx, const std::string& id);
/// Ordered by memory, vcpus and id, as the Compute API lists them.
std::vector<model::Flavor> list(ReadTx& tx);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& id);

}  // namespace virga::store::flavors
