// SPDX-License-Identifier: Apache-2.0
// Policies that no service of OpenStack has.
#include "api/identity/src/policy_defaults.h"

namespace virga::identity {
namespace {

constexpr PolicyDefault kRows[] = {
    {"public", "@"},  // no token needed: version documents, logins
    {"virga:client_files:show", ""},
    {"virga:enrolments:create", "role:admin"},
};

}  // namespace

std::span<const PolicyDefault> virga_policies() {
  return kRows;
}

}  // namespace virga::identity
