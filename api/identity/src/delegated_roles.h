// SPDX-License-Identifier: Apache-2.0
// Lists of roles in the bodies of trusts and application credentials.
#pragma once

#include <string>
#include <vector>

#include "api/identity/src/input.h"
#include "db/model/identity.h"
#include "db/store/database.h"

namespace virga::identity {

/// A role as a body names it: {"id"} or {"name"}.
struct RoleName {
  std::string id;
  std::string name;
};

/// The member "roles"; empty when absent.  @throws Error{invalid}
std::vector<RoleName> read_role_names(const Input& in);

/// The ids of the roles, each once.  @throws Error{not_found} for a name that no role has
std::vector<std::string> resolve_roles(store::ReadTx& tx, const std::vector<RoleName>& names);

}  // namespace virga::identity
