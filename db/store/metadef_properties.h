// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/metadef.h"
#include "db/store/database.h"

namespace virga::store::metadef_properties {

/// @return false when the namespace has one of that name
bool insert(WriteTx& tx, const model::MetadefProperty& property);
std::optional<model::MetadefProperty> find(ReadTx& tx, const std::string& namespace_id,
                                           const std::string& name);
/// All of a namespace, by name.
std::vector<model::MetadefProperty> list(ReadTx& tx, const std::string& namespace_id);
/// Replaces the property that was called `name`.
/// @return false when another one has the new name
bool update(WriteTx& tx, const std::string& name, const model::MetadefProperty& property);
void erase(WriteTx& tx, const std::string& namespace_id, const std::string& name);
void erase_all(WriteTx& tx, const std::string& namespace_id);

}  // namespace virga::store::metadef_properties
