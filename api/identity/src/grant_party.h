// SPDX-License-Identifier: Apache-2.0
// What the path of a grant names: who, on what, which role.
#pragma once

#include <optional>

#include "api/http/message.h"
#include "db/model/identity.h"
#include "db/store/database.h"

namespace virga::identity {

/// The parties of a grant as they are found; what is not there leaves no facts, so that policies
/// that need them say no before anyone is told.
struct GrantParty {
  model::Grant grant;
  http::Target facts;               ///< target.user.*, target.project.*, target.role.* ...
  std::optional<model::Role> role;  ///< nullopt: not named or not there
  std::string target_domain_id;     ///< of a project
  bool has_actor = false;
  bool has_target = false;

  /// Reads {user_id} or {group_id}, {project_id} or {domain_id} (neither: the system), {role_id}.
  static GrantParty find(store::ReadTx& tx, const http::Request& request);

  /// @throws Error{not_found} naming what is not there
  void require_complete() const;
  /// The same without the user or group.
  void require_role_and_target() const;
};

[[noreturn]] void throw_no_grant(const model::Grant& grant);

}  // namespace virga::identity
