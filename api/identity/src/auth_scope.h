// SPDX-License-Identifier: Apache-2.0
// What a new token is for.
#pragma once

#include "api/identity/src/auth_methods.h"
#include "db/model/identity.h"

namespace virga::identity {

/// Sets the scope of a token whose user is known: what the request asks for, else the user's
/// default project when he may use it, else none.
/// @throws Error{unauthorized} when it is not there or disabled, Error{forbidden} when a trust is
/// for somebody else
void set_scope(const AuthAttempt& attempt, const AuthProof& proof, model::Token& token);

}  // namespace virga::identity
