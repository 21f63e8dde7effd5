// SPDX-License-Identifier: Apache-2.0
// Roles as JSON and as facts for policies.
#pragma once

#include "api/http/message.h"
#include "common/json.h"
#include "db/model/identity.h"

namespace virga::identity {

/// {"id", "name", "domain_id", "description", "options", ...}, without links.
json::object role_view(const model::Role& role);
/// {"roles": [...], "links": {...}}
http::Response role_list(const http::Request& request, const std::vector<model::Role>& roles);
/// {"id", "links", "name"}: a role within an inference.
json::object short_role(const http::Request& request, const model::Role& role);
/// target.role.*; nothing for a role that is not there.
http::Target role_facts(const std::optional<model::Role>& role);

}  // namespace virga::identity
