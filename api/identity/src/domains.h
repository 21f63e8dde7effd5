// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/identity/identity_api.h"

namespace virga::identity {

/// /v3/domains.
void add_domain_routes(http::Router& router, IdentityDeps& deps);

}  // namespace virga::identity
