// SPDX-License-Identifier: Apache-2.0
// Tokens as the API shows them.
#pragma once

#include <string>

#include "api/identity/identity_api.h"
#include "common/json_writer.h"

namespace virga::identity {

/// {"token": {"methods", "user", "audit_ids", ..., "catalog"}}. Other services ask for it with each
/// of their requests.  Source: Identity API v3, "Authentication".
std::string token_body(const IdentityDeps& deps, const http::Caller& caller,
                       const http::Request& request);

}  // namespace virga::identity
