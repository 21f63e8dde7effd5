// SPDX-License-Identifier: Apache-2.0
#include "api/identity/policy.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace virga::identity {
namespace {

using Row = std::pair<std::string_view, Rule>;

// Sorted by name. Ownership is not here: queries are scoped by project and user.
// Source of names and defaults: the policy reference of each OpenStack service.
constexpr Row kTable[] = {
    {"add_image", Rule::member},
    {"create_network", Rule::admin},
    {"create_subnet", Rule::admin},
    {"delete_image", Rule::member},
    {"delete_network", Rule::admin},
    {"delete_subnet", Rule::admin},
    {"download_image", Rule::reader},
    {"get_image", Rule::reader},
    {"get_images", Rule::reader},
    {"get_network", Rule::reader},
    {"get_port", Rule::reader},
    {"get_subnet", Rule::reader},
    {"identity:check_token", Rule::authenticated},
    {"identity:get_auth_catalog", Rule::authenticated},
    {"identity:get_auth_projects", Rule::authenticated},
    {"identity:revoke_token", Rule::authenticated},
    {"identity:validate_token", Rule::authenticated},
    {"os_compute_api:os-availability-zone:list", Rule::reader},
    {"os_compute_api:os-console-output", Rule::member},
    {"os_compute_api:os-flavor-extra-specs:index", Rule::reader},
    {"os_compute_api:os-flavor-manage:create", Rule::admin},
    {"os_compute_api:os-flavor-manage:delete", Rule::admin},
    {"os_compute_api:os-hypervisors:list", Rule::admin},
    {"os_compute_api:os-hypervisors:list-detail", Rule::admin},
    {"os_compute_api:os-hypervisors:show", Rule::admin},
    {"os_compute_api:os-keypairs:create", Rule::authenticated},
    {"os_compute_api:os-keypairs:delete", Rule::authenticated},
    {"os_compute_api:os-keypairs:index", Rule::authenticated},
    {"os_compute_api:os-keypairs:show", Rule::authenticated},
    {"os_compute_api:os-services:list", Rule::admin},
    {"os_compute_api:servers:action", Rule::member},
    {"os_compute_api:servers:create", Rule::member},
    {"os_compute_api:servers:delete", Rule::member},
    {"os_compute_api:servers:detail", Rule::reader},
    {"os_compute_api:servers:index", Rule::reader},
    {"os_compute_api:servers:show", Rule::reader},
    {"public", Rule::anyone},
    {"upload_image", Rule::member},
    {"virga:enrolments:create", Rule::admin},
};

constexpr bool sorted() {
  for (std::size_t i = 1; i < std::size(kTable); ++i)
    if (!(kTable[i - 1].first < kTable[i].first)) return false;
  return true;
}
static_assert(sorted(), "the policy table must be sorted by name");

}  // namespace

const Rule* find_policy(std::string_view name) noexcept {
  const auto* row = std::lower_bound(std::begin(kTable), std::end(kTable), name,
                                     [](const Row& r, std::string_view n) { return r.first < n; });
  return row != std::end(kTable) && row->first == name ? &row->second : nullptr;
}

bool allows(Rule rule, const http::Caller& caller) noexcept {
  const bool admin = caller.is_admin();
  switch (rule) {
    case Rule::anyone:
    case Rule::authenticated:
      return true;
    case Rule::admin:
      return admin;
    case Rule::member:
      return !caller.project_id.empty() &&
             (admin || caller.has_role("manager") || caller.has_role("member"));
    case Rule::reader:
      return !caller.project_id.empty() && (admin || caller.has_role("manager") ||
                                            caller.has_role("member") || caller.has_role("reader"));
  }
  return false;
}

}  // namespace virga::identity
