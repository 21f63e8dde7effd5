// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/identity/identity_api.h"

namespace virga::identity {

/// /v3/groups, and who is in them.
void add_group_routes(http::Router& router, IdentityDeps& deps);

}  // namespace virga::identity
