// SPDX-License-Identifier: Apache-2.0
// Defaults of the Compute API.  Source of names and defaults: Nova's policy reference, Zed. Queries
// are scoped by project, so %(project_id)s is the caller's own unless a handler names another.
#include "api/identity/src/policy_defaults.h"

namespace virga::identity {
namespace {

constexpr PolicyDefault kRows[] = {
    {"admin_api", "role:admin"},
    {"project_admin", "role:admin and project_id:%(project_id)s"},
    {"project_member_or_admin",
     "rule:project_admin or (role:member and project_id:%(project_id)s)"},
    {"project_reader_or_admin",
     "rule:project_admin or (role:reader and project_id:%(project_id)s)"},
    {"compute:aggregates:images", "rule:admin_api"},
    {"os_compute_api:flavors", ""},  // Nova asks for a token only
    {"os_compute_api:os-aggregates:action", "@"},  // the actions have policies of their own
    {"os_compute_api:os-aggregates:add_host", "rule:admin_api"},
    {"os_compute_api:os-aggregates:create", "rule:admin_api"},
    {"os_compute_api:os-aggregates:delete", "rule:admin_api"},
    {"os_compute_api:os-aggregates:index", "rule:admin_api"},
    {"os_compute_api:os-aggregates:remove_host", "rule:admin_api"},
    {"os_compute_api:os-aggregates:set_metadata", "rule:admin_api"},
    {"os_compute_api:os-aggregates:show", "rule:admin_api"},
    {"os_compute_api:os-aggregates:update", "rule:admin_api"},
    {"os_compute_api:os-assisted-volume-snapshots:create", "rule:admin_api"},
    {"os_compute_api:os-assisted-volume-snapshots:delete", "rule:admin_api"},
    {"os_compute_api:os-availability-zone:detail", "rule:admin_api"},
    {"os_compute_api:os-availability-zone:list", "@"},
    {"os_compute_api:os-availability-zone:list", "rule:project_reader_or_admin"},
    {"os_compute_api:os-console-output", "rule:project_member_or_admin"},
    {"os_compute_api:os-flavor-access", "rule:admin_api"},
    {"os_compute_api:os-flavor-access:add_tenant_access", "rule:admin_api"},
    {"os_compute_api:os-flavor-access:remove_tenant_access", "rule:admin_api"},
    {"os_compute_api:os-flavor-extra-specs:create", "rule:admin_api"},
    {"os_compute_api:os-flavor-extra-specs:delete", "rule:admin_api"},
    {"os_compute_api:os-flavor-extra-specs:index", "rule:project_reader_or_admin"},
    {"os_compute_api:os-flavor-extra-specs:show", "rule:project_reader_or_admin"},
    {"os_compute_api:os-flavor-extra-specs:update", "rule:admin_api"},
    {"os_compute_api:os-flavor-manage:create", "rule:admin_api"},
    {"os_compute_api:os-flavor-manage:delete", "rule:admin_api"},
    {"os_compute_api:os-flavor-manage:update", "rule:admin_api"},
    {"os_compute_api:os-hosts:list", "rule:admin_api"},
    {"os_compute_api:os-hosts:reboot", "rule:admin_api"},
    {"os_compute_api:os-hosts:show", "rule:admin_api"},
    {"os_compute_api:os-hosts:shutdown", "rule:admin_api"},
    {"os_compute_api:os-hosts:start", "rule:admin_api"},
    {"os_compute_api:os-hosts:update", "rule:admin_api"},
    {"os_compute_api:os-hypervisors:list", "rule:admin_api"},
    {"os_compute_api:os-hypervisors:list-detail", "rule:admin_api"},
    {"os_compute_api:os-hypervisors:search", "rule:admin_api"},
    {"os_compute_api:os-hypervisors:servers", "rule:admin_api"},
    {"os_compute_api:os-hypervisors:show", "rule:admin_api"},
    {"os_compute_api:os-hypervisors:statistics", "rule:admin_api"},
    {"os_compute_api:os-hypervisors:uptime", "rule:admin_api"},
    {"os_compute_api:os-keypairs:create", "rule:admin_api or user_id:%(user_id)s"},
    {"os_compute_api:os-keypairs:delete", "rule:admin_api or user_id:%(user_id)s"},
    {"os_compute_api:os-keypairs:index", "rule:admin_api or user_id:%(user_id)s"},
    {"os_compute_api:os-keypairs:show", "rule:admin_api or user_id:%(user_id)s"},
    {"os_compute_api:os-migrations:index", "rule:admin_api"},
    {"os_compute_api:os-pause-server:pause", "rule:project_member_or_admin"},
    {"os_compute_api:os-pause-server:unpause", "rule:project_member_or_admin"},
    {"os_compute_api:os-rescue", "rule:project_member_or_admin"},
    {"os_compute_api:os-server-external-events:create", "rule:admin_api"},
    {"os_compute_api:os-server-groups:create", "rule:project_member_or_admin"},
    {"os_compute_api:os-server-groups:delete", "rule:project_member_or_admin"},
    {"os_compute_api:os-server-groups:index", "rule:project_reader_or_admin"},
    {"os_compute_api:os-server-groups:index:all_projects", "rule:admin_api"},
    {"os_compute_api:os-server-groups:show", "rule:project_reader_or_admin"},
    {"os_compute_api:os-services:delete", "rule:admin_api"},
    {"os_compute_api:os-services:list", "rule:admin_api"},
    {"os_compute_api:os-services:update", "rule:admin_api"},
    {"os_compute_api:os-suspend-server:resume", "rule:project_member_or_admin"},
    {"os_compute_api:os-suspend-server:suspend", "rule:project_member_or_admin"},
    {"os_compute_api:os-unrescue", "rule:project_member_or_admin"},
    {"os_compute_api:servers:action", "rule:project_member_or_admin"},
    {"os_compute_api:servers:confirm_resize", "rule:project_member_or_admin"},
    {"os_compute_api:servers:create", "rule:project_member_or_admin"},
    {"os_compute_api:servers:delete", "rule:project_member_or_admin"},
    {"os_compute_api:servers:detail", "rule:project_reader_or_admin"},
    {"os_compute_api:servers:index", "rule:project_reader_or_admin"},
    {"os_compute_api:servers:reboot", "rule:project_member_or_admin"},
    {"os_compute_api:servers:rebuild", "rule:project_member_or_admin"},
    {"os_compute_api:servers:resize", "rule:project_member_or_admin"},
    {"os_compute_api:servers:revert_resize", "rule:project_member_or_admin"},
    {"os_compute_api:servers:show", "rule:project_reader_or_admin"},
    {"os_compute_api:servers:start", "rule:project_member_or_admin"},
    {"os_compute_api:servers:stop", "rule:project_member_or_admin"},
};

}  // namespace

std::span<const PolicyDefault> compute_policies() {
  return kRows;
}

}  // namespace virga::identity
