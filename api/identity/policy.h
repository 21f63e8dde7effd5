// SPDX-License-Identifier: Apache-2.0
// Who may use a route: one table under OpenStack's policy names, deny by default.
#pragma once

#include <string_view>

#include "api/http/message.h"

namespace virga::identity {

/// What a policy asks of the caller. Each rule includes the ones above it.
enum class Rule {
  anyone,         ///< no token needed
  authenticated,  ///< any valid token
  reader,         ///< a token of a project, with the role reader, member, manager or admin
  member,         ///< a token of a project, with the role member, manager or admin
  admin,          ///< the role admin
};

/// The rule of a policy; nullptr when the table does not have it.
const Rule* find_policy(std::string_view name) noexcept;

/// Pure.
bool allows(Rule rule, const http::Caller& caller) noexcept;

}  // namespace virga::identity
