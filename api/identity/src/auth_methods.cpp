// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/auth_methods.h"

#include "api/identity/src/oauth1.h"
#include "common/error.h"
#include "db/store/domains.h"
#include "db/store/users.h"

namespace virga::identity {

using store::ReadTx;

AuthMethod auth_method(std::string_view name) {
  static constexpr std::pair<std::string_view, AuthMethod> kMethods[] = {
      {"password", prove_password},
      {"token", prove_token},
      {"application_credential", prove_application_credential},
      {"totp", prove_totp},
      {"oauth1", prove_oauth}};
  for (const auto& [known, method] : kMethods)
    if (known == name) return method;
  return nullptr;
}

AuthProof prove_oauth(const AuthAttempt& attempt, const AuthPart&) {
  const auto token = prove_oauth1(attempt.deps, attempt.request);
  AuthProof proof;
  proof.user_id = token.user_id;
  proof.oauth_token_id = token.id;
  proof.project_id = token.project_id;
  return proof;
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

std::string account_of(const std::optional<model::User>& user, const NamedPart& named) {
  if (user) return user->id;
  return named.id + "\n" + named.name + "\n" + named.domain_id + "\n" + named.domain_name;
}

bool ignores_lockout(const std::optional<model::User>& user) {
  if (!user) return false;
  const json::value options = parse_json(user->options);
  const json::value* const ignore =
      options.is_object() ? options.get_object().if_contains("ignore_lockout_failure_attempts")
                          : nullptr;
  return ignore != nullptr && *ignore == true;
}

void note_login(const AuthAttempt& attempt, const NamedPart& named) {
  http::AuditNote& note = attempt.request.audit;
  note.user = named.name.empty() ? named.id : named.name;
  note.user_domain = named.domain_name.empty() ? named.domain_id : named.domain_name;
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
