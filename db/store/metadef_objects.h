// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/metadef.h"
#include "db/store/database.h"

namespace virga::store::metadef_objects {

/// @return false when the namespace has one of that name
bool insert(WriteTx& tx, const model::MetadefObject& object);
std::optional<model::MetadefObject> find(ReadTx& tx, const std::string& namespace_id,
                                         const std::string& name);
/// All of a namespace, by name.
std::vector<model::MetadefObject> list(ReadTx& tx, const std::string& namespace_id);
/// Replaces the object that was called `name`.
/// @return false when another one has the new name
bool update(WriteTx& tx, const std::string& name, const model::MetadefObject& object);
void erase(WriteTx& tx, const std::string& namespace_id, const std::string& name);
void erase_all(WriteTx& tx, const std::string& namespace_id);

}  // namespace virga::store::metadef_objects
