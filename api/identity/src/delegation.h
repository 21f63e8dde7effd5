// SPDX-License-Identifier: Apache-2.0
// Tokens that act for somebody: by a trust, an application credential, OAuth, an EC2 signature.
#pragma once

#include "api/http/message.h"

namespace virga::identity {

/// True unless the caller proved himself: by password, one-time password, or a token that came from
/// those alone.
bool is_delegated(const http::Caller& caller);

/// What is delegated must not reach other credentials.  @throws Error{forbidden}
void require_primary_authentication(const http::Request& request);

}  // namespace virga::identity
