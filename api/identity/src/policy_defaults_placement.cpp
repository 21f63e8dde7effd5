// SPDX-License-Identifier: Apache-2.0
// Defaults of the Placement API.  Source of names and defaults: Placement's policy reference, Zed;
// administrators of a project may do what those of the system may, as there.
#include "api/identity/src/policy_defaults.h"

namespace virga::identity {
namespace {

constexpr PolicyDefault kRows[] = {
    {"placement_reader", "role:admin or (role:reader and system_scope:all)"},
    {"placement_admin", "role:admin"},
    {"placement:allocation_candidates:list", "rule:placement_reader"},
    {"placement:allocations:delete", "rule:placement_admin"},
    {"placement:allocations:list", "rule:placement_reader"},
    {"placement:allocations:manage", "rule:placement_admin"},
    {"placement:allocations:update", "rule:placement_admin"},
    {"placement:reshaper:reshape", "rule:placement_admin"},
    {"placement:resource_classes:create", "rule:placement_admin"},
    {"placement:resource_classes:delete", "rule:placement_admin"},
    {"placement:resource_classes:list", "rule:placement_reader"},
    {"placement:resource_classes:show", "rule:placement_reader"},
    {"placement:resource_classes:update", "rule:placement_admin"},
    {"placement:resource_providers:aggregates:list", "rule:placement_reader"},
    {"placement:resource_providers:aggregates:update", "rule:placement_admin"},
    {"placement:resource_providers:allocations:list", "rule:placement_reader"},
    {"placement:resource_providers:create", "rule:placement_admin"},
    {"placement:resource_providers:delete", "rule:placement_admin"},
    {"placement:resource_providers:inventories:create", "rule:placement_admin"},
    {"placement:resource_providers:inventories:delete", "rule:placement_admin"},
    {"placement:resource_providers:inventories:list", "rule:placement_reader"},
    {"placement:resource_providers:inventories:show", "rule:placement_reader"},
    {"placement:resource_providers:inventories:update", "rule:placement_admin"},
    {"placement:resource_providers:list", "rule:placement_reader"},
    {"placement:resource_providers:show", "rule:placement_reader"},
    {"placement:resource_providers:traits:delete", "rule:placement_admin"},
    {"placement:resource_providers:traits:list", "rule:placement_reader"},
    {"placement:resource_providers:traits:update", "rule:placement_admin"},
    {"placement:resource_providers:update", "rule:placement_admin"},
    {"placement:resource_providers:usages", "rule:placement_reader"},
    {"placement:traits:delete", "rule:placement_admin"},
    {"placement:traits:list", "rule:placement_reader"},
    {"placement:traits:show", "rule:placement_reader"},
    {"placement:traits:update", "rule:placement_admin"},
    {"placement:usages", "rule:placement_reader or (role:reader and project_id:%(project_id)s)"},
};

}  // namespace

std::span<const PolicyDefault> placement_policies() {
  return kRows;
}

}  // namespace virga::identity
