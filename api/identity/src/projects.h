// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/identity/identity_api.h"

namespace virga::identity {

/// /v3/projects.
void add_project_routes(http::Router& router, IdentityDeps& deps);

}  // namespace virga::identity
