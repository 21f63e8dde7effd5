// SPDX-License-Identifier: Apache-2.0
// Server groups, for the create of a server.
#pragma once

#include <optional>
#include <string>

#include "db/model/instance.h"
#include "db/model/server_group.h"
#include "db/store/database.h"

namespace virga::compute {

/// The group that the scheduler hint "group" of a new server names, of the server's project (of any
/// project when that is empty). Empty hint: none.
/// @throws Error{invalid} when it is no UUID or there is no such group
std::optional<model::ServerGroup> find_hinted_group(store::ReadTx& tx, const std::string& hint,
                                                    const std::string& project_id);

/// Records that a new instance is in a group; its row must be there already.
/// @throws Error{forbidden} when its user has as many servers in the group as he may have
void join_server_group(store::WriteTx& tx, const model::ServerGroup& group,
                       const model::Instance& instance);

}  // namespace virga::compute
