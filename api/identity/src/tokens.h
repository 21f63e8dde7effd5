// SPDX-License-Identifier: Apache-2.0
// Issuing tokens.
#pragma once

#include "api/identity/identity_api.h"
#include "db/model/identity.h"

namespace virga::identity {

/// /v3/auth/tokens.
void add_token_routes(http::Router& router, IdentityDeps& deps);

/// Stores a token for the user, scope, methods, end of life and what it uses of `wish`, and answers
/// 201 with it. Takes a use of its trust.
/// @throws Error{unauthorized} when the user may not have it, Error{forbidden} when its trust no
/// longer holds
http::Response issue_token(IdentityDeps& deps, const http::Request& request, model::Token wish);

}  // namespace virga::identity
