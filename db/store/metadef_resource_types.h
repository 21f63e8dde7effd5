// SPDX-License-Identifier: Apache-2.0
// Resource types, and which namespaces are meant for them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/metadef.h"
#include "db/store/database.h"

namespace virga::store::metadef_resource_types {

/// By name.
std::vector<model::MetadefResourceType> list(ReadTx& tx);
bool exists(ReadTx& tx, const std::string& name);

/// Makes the resource type, too, when it is new.
/// @return false when the namespace has an association with it
bool associate(WriteTx& tx, const model::MetadefAssociation& association);
std::optional<model::MetadefAssociation> find_association(ReadTx& tx,
                                                          const std::string& namespace_id,
                                                          const std::string& resource_type);
/// All of a namespace, by type.
std::vector<model::MetadefAssociation> list_associations(ReadTx& tx,
                                                         const std::string& namespace_id);
void dissociate(WriteTx& tx, const std::string& namespace_id, const std::string& resource_type);

}  // namespace virga::store::metadef_resource_types
