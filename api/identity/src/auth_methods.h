// SPDX-License-Identifier: Apache-2.0
// The ways to prove who one is: one function each, in a table.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "api/identity/identity_api.h"
#include "api/identity/src/auth_request.h"
#include "db/model/identity.h"

namespace virga::identity {

/// What a method has shown.
struct AuthProof {
  std::string user_id;
  std::vector<std::string> methods;  ///< besides its own: those of the token that was shown
  TimeUs expires_us = std::numeric_limits<TimeUs>::max();  ///< the new token ends no later
  std::string parent_audit_id;                             ///< of the first token of the chain
  std::string application_credential_id;
  std::string oauth_token_id;
  std::string project_id;  ///< of an application credential or OAuth1: the only scope there is
};

/// One try to log in.
struct AuthAttempt {
  IdentityDeps& deps;
  const http::Request& request;
  const AuthRequest& wanted;
};

/// @throws Error{unauthorized} with the one text that all failures have, Error{invalid}
using AuthMethod = AuthProof (*)(const AuthAttempt& attempt, const AuthPart& payload);

AuthProof prove_password(const AuthAttempt& attempt, const AuthPart& payload);
AuthProof prove_token(const AuthAttempt& attempt, const AuthPart& payload);
AuthProof prove_application_credential(const AuthAttempt& attempt, const AuthPart& payload);
AuthProof prove_totp(const AuthAttempt& attempt, const AuthPart& payload);
AuthProof prove_oauth(const AuthAttempt& attempt, const AuthPart& payload);

/// nullptr for a method that is not supported.
AuthMethod auth_method(std::string_view name);

/// "The request you have made requires authentication.": all that a failed login is told.
[[noreturn]] void refuse_login();

/// The domain, or nullopt when it is not there.
std::optional<model::Domain> find_domain(store::ReadTx& tx, const std::string& id,
                                         const std::string& name);
/// The user, or nullopt when he or his domain is not there.
std::optional<model::User> find_user(store::ReadTx& tx, const NamedPart& named);
/// False when the user or his domain is disabled.
bool may_log_in(store::ReadTx& tx, const model::User& user);

/// What limits on guessing call the account: who is not there has one as well.
std::string account_of(const std::optional<model::User>& user, const NamedPart& named);
bool ignores_lockout(const std::optional<model::User>& user);

/// Tells the record of changes who tries to log in.
void note_login(const AuthAttempt& attempt, const NamedPart& named);

/// The secret that belongs to an account, checked within the limits on guessing.
struct SecretCheck {
  std::string account;  ///< an id, or what the client called it
  bool never_locked = false;
  bool right = false;  ///< the result of the check
};
/// @throws Error{unauthorized} when the peer may not try this account now
void admit(const AuthAttempt& attempt, const SecretCheck& check);
/// Counts the result; throws Error{unauthorized} unless it is right and the account open.
void settle(const AuthAttempt& attempt, const SecretCheck& check);

}  // namespace virga::identity
