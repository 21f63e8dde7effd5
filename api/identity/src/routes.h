// SPDX-License-Identifier: Apache-2.0
// The resources of the Identity API, each in its own file.
#pragma once

#include "api/identity/identity_api.h"

namespace virga::identity {

void add_role_routes(http::Router& router, IdentityDeps& deps);
void add_implied_role_routes(http::Router& router, IdentityDeps& deps);
void add_grant_routes(http::Router& router, IdentityDeps& deps);
void add_role_assignment_routes(http::Router& router, IdentityDeps& deps);
void add_auth_list_routes(http::Router& router, IdentityDeps& deps);
void add_trust_routes(http::Router& router, IdentityDeps& deps);
void add_application_credential_routes(http::Router& router, IdentityDeps& deps);
void add_access_rule_routes(http::Router& router, IdentityDeps& deps);

}  // namespace virga::identity
