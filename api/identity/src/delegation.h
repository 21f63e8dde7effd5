// SPDX-License-Identifier: Apache-2.0
// Tokens that act for somebody (by a trust, an application credential, OAuth, an EC2 signature) and
// what they may not do: make or see what would outlive them.
#pragma once

#include <string>

#include "api/http/message.h"

namespace virga::identity {

/// True unless the caller proved himself: by password, one-time password, or a token that came from
/// those alone.
bool is_delegated(const http::Caller& caller);

/// What is delegated must not reach other credentials.  @throws Error{forbidden}
void require_primary_authentication(const http::Request& request);
/// Tokens of trusts, OAuth1 and EC2 credentials stay away from application credentials.
/// @throws Error{forbidden}
void refuse_foreign_delegation(const http::Request& request);
/// An application credential that is not "unrestricted" neither makes nor ends others.
/// @throws Error{forbidden}
void refuse_restricted_credential(const http::Request& request);
/// "You are not authorized to perform the requested action: ..."
[[noreturn]] void refuse_action(const std::string& action);

}  // namespace virga::identity
