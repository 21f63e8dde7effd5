// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/auth_methods.h"

#include "api/identity/src/oauth1.h"
#include "common/error.h"
#include "db/store/domains.h"
#include "db/store/users.h"

namespace virga::identity {

using store::ReadTx;

AuthProof prove_access_token(const AuthAttempt& attempt, const AuthPart& /*payload*/) {
  const auto token = prove_oauth1(attempt.deps, attempt.request);
  AuthProof proof;
  proof.user_id = token.user_id;
  proof.project_id = token.project_id;
  proof.oauth_token_id = token.id;
  return proof;
}

AuthMethod auth_method(std::string_view name) {
  static constexpr std::pair<std::string_view, AuthMethod> kMethods[] = {
      {"password", prove_password},
      {"token", prove_token},
      {"application_credential", prove_application_credential},
      {"oauth1", prove_access_token}};
  for (const auto& [known, method] : kMethods)
    if (known == name) return method;
  return nullptr;
}

void refuse_login() {
  throw Error(ErrorKind::unauthorized, "The request you have made requires authentication.");
}

std::optional<model::Domain> find_domain(ReadTx& tx, const std::string& id,
                                         const std::string& name) {
  return name.empty() ? store::domains::find(tx, id) : store::domains::find_named(tx, name);
}

std::optional<model::User> find_user(ReadTx& tx, const NamedPart& named) {
  if (named.name.empty()) return store::users::find(tx, named.id);
  const auto domain = find_domain(tx, named.domain_id, named.domain_name);
  if (!domain) return std::nullopt;
  return store::users::find_named(tx, domain->id, named.name);
}

bool may_log_in(ReadTx& tx, const model::User& user) {
  const auto domain = store::domains::find(tx, user.domain_id);
  return user.enabled && domain && domain->enabled;
}

void admit(const AuthAttempt& attempt, const SecretCheck& check) {
  const bool locked =
      !check.never_locked && attempt.deps.lockout.is_locked(check.account, attempt.request.peer,
                                                            attempt.deps.clock.now_us());
  if (locked) refuse_login();
}

void settle(const AuthAttempt& attempt, const SecretCheck& check) {
  Lockout& lockout = attempt.deps.lockout;
  const std::string& peer = attempt.request.peer;
  const TimeUs now = attempt.deps.clock.now_us();
  if (check.right) {
    admit(attempt, check);
    lockout.succeeded(check.account, peer);
    return;
  }
  if (check.never_locked)
    lockout.failed_unlocked(peer, now);
  else
    lockout.failed(check.account, peer, now);
  refuse_login();
}

}  // namespace virga::identity
