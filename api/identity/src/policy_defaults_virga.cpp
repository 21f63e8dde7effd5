// SPDX-License-Identifier: Apache-2.0
// Policies that no service of OpenStack has. Queries are scoped by project, as those of Compute.
#include "api/identity/src/policy_defaults.h"

namespace virga::identity {
namespace {

constexpr PolicyDefault kRows[] = {
    {"public", "@"},  // no token needed: version documents, logins
    {"virga:client_files:show", ""},
    {"virga:doctor:fix", "role:admin"},
    {"virga:doctor:show", "role:admin"},
    {"virga:enrolments:create", "role:admin"},
    {"virga:events:list", "rule:project_reader_or_admin"},
    {"virga:events:list_all", "role:admin"},
    {"virga:servers:explain", "rule:project_reader_or_admin"},
};

}  // namespace

std::span<const PolicyDefault> virga_policies() {
  return kRows;
}

}  // namespace virga::identity
