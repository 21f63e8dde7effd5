// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/identity/identity_api.h"

namespace virga::identity {

/// /v3/users and /v3/users/{user_id}, its password, groups and projects.
void add_user_routes(http::Router& router, IdentityDeps& deps);

}  // namespace virga::identity
