// SPDX-License-Identifier: Apache-2.0
// Defaults of the Image API.  Source of names and defaults: Glance's policy reference, Zed.
#include "api/identity/src/policy_defaults.h"

namespace virga::identity {
namespace {

constexpr PolicyDefault kRows[] = {
    {"default", ""},
    {"context_is_admin", "role:admin"},
    {"add_image",
     "role:admin or (role:member and project_id:%(project_id)s and project_id:%(owner)s)"},
    {"delete_image", "role:admin or (role:member and project_id:%(project_id)s)"},
    {"get_image",
     "role:admin or (role:reader and (project_id:%(project_id)s or project_id:%(member_id)s or "
     "'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s))"},
    {"get_images", "role:admin or (role:reader and project_id:%(project_id)s)"},
    {"modify_image", "role:admin or (role:member and project_id:%(project_id)s)"},
    {"publicize_image", "role:admin"},
    {"communitize_image", "role:admin or (role:member and project_id:%(project_id)s)"},
    {"download_image",
     "role:admin or (role:member and (project_id:%(project_id)s or project_id:%(member_id)s or "
     "'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s))"},
    {"upload_image", "role:admin or (role:member and project_id:%(project_id)s)"},
    {"delete_image_location", "role:admin"},
    {"get_image_location", "role:admin or (role:reader and project_id:%(project_id)s)"},
    {"set_image_location", "role:admin or (role:member and project_id:%(project_id)s)"},
    {"add_member", "role:admin or (role:member and project_id:%(project_id)s)"},
    {"delete_member", "role:admin or (role:member and project_id:%(project_id)s)"},
    {"get_member",
     "role:admin or role:reader and (project_id:%(project_id)s or project_id:%(member_id)s)"},
    {"get_members",
     "role:admin or role:reader and (project_id:%(project_id)s or project_id:%(member_id)s)"},
    {"modify_member", "role:admin or (role:member and project_id:%(member_id)s)"},
    {"manage_image_cache", "role:admin"},
    {"deactivate", "role:admin or (role:member and project_id:%(project_id)s)"},
    {"reactivate", "role:admin or (role:member and project_id:%(project_id)s)"},
    {"copy_image", "role:admin"},
    {"get_task", "rule:default"},
    {"get_tasks", "rule:default"},
    {"add_task", "rule:default"},
    {"modify_task", "rule:default"},
    {"tasks_api_access", "role:admin"},
    {"metadef_default", ""},
    {"metadef_admin", "role:admin"},
    {"get_metadef_namespace",
     "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"},
    {"get_metadef_namespaces", "role:admin or (role:reader and project_id:%(project_id)s)"},
    {"modify_metadef_namespace", "rule:metadef_admin"},
    {"add_metadef_namespace", "rule:metadef_admin"},
    {"delete_metadef_namespace", "rule:metadef_admin"},
    {"get_metadef_object",
     "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"},
    {"get_metadef_objects",
     "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"},
    {"modify_metadef_object", "rule:metadef_admin"},
    {"add_metadef_object", "rule:metadef_admin"},
    {"delete_metadef_object", "rule:metadef_admin"},
    {"list_metadef_resource_types",
     "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"},
    {"get_metadef_resource_type",
     "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"},
    {"add_metadef_resource_type_association", "rule:metadef_admin"},
    {"remove_metadef_resource_type_association", "rule:metadef_admin"},
    {"get_metadef_property",
     "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"},
    {"get_metadef_properties",
     "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"},
    {"modify_metadef_property", "rule:metadef_admin"},
    {"add_metadef_property", "rule:metadef_admin"},
    {"remove_metadef_property", "rule:metadef_admin"},
    {"get_metadef_tag",
     "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"},
    {"get_metadef_tags",
     "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"},
    {"modify_metadef_tag", "rule:metadef_admin"},
    {"add_metadef_tag", "rule:metadef_admin"},
    {"add_metadef_tags", "rule:metadef_admin"},
    {"delete_metadef_tag", "rule:metadef_admin"},
    {"delete_metadef_tags", "rule:metadef_admin"},
    {"cache_image", "role:admin"},
    {"cache_list", "role:admin"},
    {"cache_delete", "role:admin"},
    {"stores_info_detail", "role:admin"},
};

}  // namespace

std::span<const PolicyDefault> image_policies() {
  return kRows;
}

}  // namespace virga::identity
