// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/domain_options.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace virga::identity {
namespace {

struct Row {
  std::string_view group;
  std::string_view name;
  std::string_view value;  // JSON
};

constexpr std::array<Row, 51> kDefaults{{
    {"identity", "driver", R"("sql")"},
    {"identity", "list_limit", "null"},
    {"ldap", "url", R"("ldap://localhost")"},
    {"ldap", "user", "null"},
    {"ldap", "suffix", R"("cn=example,cn=com")"},
    {"ldap", "query_scope", R"("one")"},
    {"ldap", "page_size", "0"},
    {"ldap", "alias_dereferencing", R"("default")"},
    {"ldap", "debug_level", "null"},
    {"ldap", "chase_referrals", "null"},
    {"ldap", "user_tree_dn", "null"},
    {"ldap", "user_filter", "null"},
    {"ldap", "user_objectclass", R"("inetOrgPerson")"},
    {"ldap", "user_id_attribute", R"("cn")"},
    {"ldap", "user_name_attribute", R"("sn")"},
    {"ldap", "user_mail_attribute", R"("mail")"},
    {"ldap", "user_description_attribute", R"("description")"},
    {"ldap", "user_pass_attribute", R"("userPassword")"},
    {"ldap", "user_enabled_attribute", R"("enabled")"},
    {"ldap", "user_enabled_invert", "false"},
    {"ldap", "user_enabled_mask", "0"},
    {"ldap", "user_enabled_default", R"("True")"},
    {"ldap", "user_attribute_ignore", R"(["default_project_id"])"},
    {"ldap", "user_default_project_id_attribute", "null"},
    {"ldap", "user_enabled_emulation", "false"},
    {"ldap", "user_enabled_emulation_dn", "null"},
    {"ldap", "user_enabled_emulation_use_group_config", "false"},
    {"ldap", "user_additional_attribute_mapping", "[]"},
    {"ldap", "group_tree_dn", "null"},
    {"ldap", "group_filter", "null"},
    {"ldap", "group_objectclass", R"("groupOfNames")"},
    {"ldap", "group_id_attribute", R"("cn")"},
    {"ldap", "group_name_attribute", R"("ou")"},
    {"ldap", "group_members_are_ids", "false"},
    {"ldap", "group_member_attribute", R"("member")"},
    {"ldap", "group_desc_attribute", R"("description")"},
    {"ldap", "group_attribute_ignore", "[]"},
    {"ldap", "group_additional_attribute_mapping", "[]"},
    {"ldap", "tls_cacertfile", "null"},
    {"ldap", "tls_cacertdir", "null"},
    {"ldap", "use_tls", "false"},
    {"ldap", "tls_req_cert", R"("demand")"},
    {"ldap", "use_pool", "true"},
    {"ldap", "pool_size", "10"},
    {"ldap", "pool_retry_max", "3"},
    {"ldap", "pool_retry_delay", "0.1"},
    {"ldap", "pool_connection_timeout", "-1"},
    {"ldap", "pool_connection_lifetime", "600"},
    {"ldap", "use_auth_pool", "true"},
    {"ldap", "auth_pool_size", "100"},
    {"ldap", "auth_pool_connection_lifetime", "60"},
}};

}  // namespace

bool is_sensitive_option(const std::string& group, const std::string& name) {
  return group == "ldap" && name == "password";
}

bool is_domain_option(const std::string& group, const std::string& name) {
  return is_sensitive_option(group, name) ||
         std::any_of(kDefaults.begin(), kDefaults.end(),
                     [&](const Row& row) { return row.group == group && row.name == name; });
}

std::vector<model::DomainOption> default_domain_options() {
  std::vector<model::DomainOption> options;
  for (const Row& row : kDefaults)
    options.push_back(
        {std::string(row.group), std::string(row.name), std::string(row.value), false});
  return options;
}

}  // namespace virga::identity
