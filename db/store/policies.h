// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/catalog.h"
#include "db/store/database.h"

/// Policies kept for other services, and what they are for.
namespace virga::store::policies {

std::optional<model::StoredPolicy> find(ReadTx& tx, const std::string& id);
std::vector<model::StoredPolicy> list(ReadTx& tx);
void insert(WriteTx& tx, const model::StoredPolicy& policy);
/// All but the id.  @throws Error{not_found}
void update(WriteTx& tx, const model::StoredPolicy& policy);
/// Ends its associations, too.  @throws Error{not_found}
void erase(WriteTx& tx, const std::string& id);

std::vector<model::PolicyAssociation> list_associations(ReadTx& tx);
/// Replaces the policy that the same endpoint, service and region had.
void associate(WriteTx& tx, const model::PolicyAssociation& association);
/// @return false when there was none
bool dissociate(WriteTx& tx, const model::PolicyAssociation& association);

}  // namespace virga::store::policies
