// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/metadef.h"
#include "db/store/database.h"

namespace virga::store::metadef_tags {

/// @return false when the namespace has one of that name
bool insert(WriteTx& tx, const model::MetadefTag& tag);
std::optional<model::MetadefTag> find(ReadTx& tx, const std::string& namespace_id,
                                      const std::string& name);
/// All of a namespace, the oldest first.
std::vector<model::MetadefTag> list(ReadTx& tx, const std::string& namespace_id);
/// Replaces the tag that was called `name`.  @return false when another one has the new name
bool update(WriteTx& tx, const std::string& name, const model::MetadefTag& tag);
void erase(WriteTx& tx, const std::string& namespace_id, const std::string& name);
void erase_all(WriteTx& tx, const std::string& namespace_id);

}  // namespace virga::store::metadef_tags
