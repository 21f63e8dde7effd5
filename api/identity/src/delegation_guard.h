// SPDX-License-Identifier: Apache-2.0
// What tokens of delegations may not do: make or see what would outlive them.
#pragma once

#include "api/http/message.h"

namespace virga::identity {

/// Tokens of trusts, OAuth1 and EC2 credentials stay away from application credentials.
/// @throws Error{forbidden}
void refuse_foreign_delegation(const http::Request& request);
/// An application credential that is not "unrestricted" neither makes nor ends others.
/// @throws Error{forbidden}
void refuse_restricted_credential(const http::Request& request);
/// "You are not authorized to perform the requested action: ..."
[[noreturn]] void refuse_action(const std::string& action);

}  // namespace virga::identity
