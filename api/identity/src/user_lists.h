// SPDX-License-Identifier: Apache-2.0
// Lists of users, and of what a user has.
#pragma once

#include "api/identity/identity_api.h"

namespace virga::identity {

/// GET /v3/users
http::Response list_users(IdentityDeps& deps, const http::Request& request);
/// GET /v3/users/{user_id}/groups
http::Response list_groups_of_user(IdentityDeps& deps, const http::Request& request);
/// GET /v3/users/{user_id}/projects: those on which he has a role in any way
http::Response list_projects_of_user(IdentityDeps& deps, const http::Request& request);
/// GET /v3/groups/{group_id}/users
http::Response list_users_in_group(IdentityDeps& deps, const http::Request& request);

}  // namespace virga::identity
