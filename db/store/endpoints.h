// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/catalog.h"
#include "db/store/database.h"

/// Endpoints, and which of them are associated with projects. Every change notifies the topic
/// "catalog".
namespace virga::store::endpoints {

std::optional<model::Endpoint> find(ReadTx& tx, const std::string& id);
std::vector<model::Endpoint> list(ReadTx& tx);
/// @throws Error{conflict} when the id is taken, or the service or region is not there
void insert(WriteTx& tx, const model::Endpoint& endpoint);
/// All but the id.  @throws Error{not_found}
void update(WriteTx& tx, const model::Endpoint& endpoint);
/// @throws Error{not_found}
void erase(WriteTx& tx, const std::string& id);

/// An endpoint that is associated with a project.
struct Association {
  std::string project_id;
  std::string endpoint_id;
};
std::vector<Association> list_associations(ReadTx& tx);
/// @throws Error{conflict} when it is there already
void associate(WriteTx& tx, const Association& association);
/// @return false when there was none
bool dissociate(WriteTx& tx, const Association& association);

}  // namespace virga::store::endpoints
