// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/identity/identity_api.h"

namespace virga::identity {

/// /v3/domains/{domain_id}/config and /v3/domains/config/default.
void add_domain_config_routes(http::Router& router, IdentityDeps& deps);

}  // namespace virga::identity
