// SPDX-License-Identifier: Apache-2.0
// Users, groups, projects and domains as the API shows them, and as policies see them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/identity/src/resource.h"
#include "db/model/identity.h"

namespace virga::identity {

using Tags = std::vector<std::string>;

/// True of a domain that is shown as a project: it is in no domain itself.
inline bool acts_as_domain(const model::Project& project) {
  return project.domain_id.empty();
}

/// The members of each, into the open object. Password hashes are never among them.
void write_members(JsonWriter& out, const http::Request& request, const model::User& user);
void write_members(JsonWriter& out, const http::Request& request, const model::Group& group);
void write_members(JsonWriter& out, const http::Request& request, const model::Project& project,
                   const Tags& tags);
/// As a domain, not as a project.
void write_domain_members(JsonWriter& out, const http::Request& request,
                          const model::Project& domain, const Tags& tags);

/// What a policy may ask about each. `path`: facts beside it, from the request's path.
http::Target target_of(const std::optional<model::User>& user, http::Target path = {});
http::Target target_of(const std::optional<model::Group>& group, http::Target path = {});
http::Target target_of(const std::optional<model::Project>& project, http::Target path = {});
http::Target target_of_domain(const std::optional<model::Project>& domain);

/// The domain of a list for a domain-scoped caller, who sees no other; else "".
inline const std::string& domain_scope(const http::Request& request) {
  return request.who().domain_id;
}

}  // namespace virga::identity
