// SPDX-License-Identifier: Apache-2.0
// Tokens as the API shows them.
#pragma once

#include "api/identity/identity_api.h"
#include "common/json.h"

namespace virga::identity {

/// {"methods", "user", "audit_ids", ..., "catalog"}.  Source: Identity API v3, "Authentication".
json::object token_view(const IdentityDeps& deps, const http::Caller& caller,
                        const http::Request& request);
/// {"id", "name", "domain": {"id", "name"}} of a caller's user.
json::object token_user(const http::Caller& caller);

}  // namespace virga::identity
