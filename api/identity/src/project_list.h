// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/identity/identity_api.h"

namespace virga::identity {

/// GET /v3/projects, by domain, parent, name, tags ...; with "is_domain" the domains as projects.
http::Response list_projects(IdentityDeps& deps, const http::Request& request);

}  // namespace virga::identity
