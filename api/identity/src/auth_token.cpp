// SPDX-License-Identifier: Apache-2.0
// Login with a token: for another scope, never for a longer life or by a delegation.
#include "api/identity/src/auth_methods.h"
#include "api/identity/src/delegation.h"
#include "common/error.h"

namespace virga::identity {

AuthProof prove_token(const AuthAttempt& attempt, const AuthPart& payload) {
  if (!payload.has("id")) throw Error(ErrorKind::invalid, "'id' is a required property");
  const auto caller = attempt.deps.authorizer.caller_of(payload.text("id"));
  if (!caller) refuse_login();
  if (!caller->oauth_token_id.empty())
    refuse_action(
        "Using OAuth-scoped token to create another token. Create a new OAuth-scoped token"
        " instead");
  if (!caller->trust_id.empty())
    refuse_action(
        "Using trust-scoped token to create another token. Create a new trust-scoped token"
        " instead");
  const auto kind = attempt.wanted.scope.kind;
  if (caller->is_system && (kind == AuthScope::Kind::project || kind == AuthScope::Kind::domain))
    refuse_action(
        "Using a system-scoped token to create a project-scoped or domain-scoped token is not"
        " allowed");
  if (is_delegated(*caller))
    refuse_action("Using a delegated token to create another token is not allowed");
  AuthProof proof;
  proof.user_id = caller->user_id;
  proof.methods = caller->methods;
  proof.expires_us = caller->expires_us;
  proof.parent_audit_id =
      caller->parent_audit_id.empty() ? caller->audit_id : caller->parent_audit_id;
  return proof;
}

}  // namespace virga::identity
