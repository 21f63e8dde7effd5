// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/identity/identity_api.h"
#include "db/model/identity.h"

namespace virga::identity {

/// /v3/auth/tokens, /v3/auth/catalog, /v3/auth/projects.
void add_token_routes(http::Router& router, IdentityDeps& deps);

/// Stores a token for the user, scope, methods and end of life of `wish`, and answers 201 with it.
/// @throws Error{unauthorized} when the user may not have it
http::Response issue_token(IdentityDeps& deps, const http::Request& request, model::Token wish);

}  // namespace virga::identity
