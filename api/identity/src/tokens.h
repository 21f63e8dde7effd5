// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/identity/identity_api.h"

namespace virga::identity {

/// /v3/auth/tokens, /v3/auth/catalog, /v3/auth/projects.
void add_token_routes(http::Router& router, IdentityDeps& deps);

}  // namespace virga::identity
