// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "api/http/message.h"
#include "db/store/database.h"

namespace virga::compute {

/// Refuses the id of a project that does not exist to an administrator. Others are not told: as
/// with OpenStack, they may not ask the Identity API about it either.  @throws Error{invalid}
void require_project(store::ReadTx& tx, const http::Request& request,
                     const std::string& project_id);

}  // namespace virga::compute
