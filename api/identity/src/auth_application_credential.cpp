// SPDX-License-Identifier: Apache-2.0
// Login of a program with an application credential.
#include "api/identity/src/application_secret.h"
#include "api/identity/src/auth_methods.h"
#include "common/hash.h"
#include "db/store/application_credentials.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

constexpr std::string_view kGenerated = "sha256:";

/// The credential, when it and its user are there and the user may log in. Notes who tries.
std::optional<model::ApplicationCredential> find_credential(store::ReadTx& tx,
                                                            const AuthAttempt& attempt,
                                                            const AuthPart& payload) {
  const std::string id = payload.text("id");
  std::optional<model::ApplicationCredential> credential;
  if (!id.empty()) {
    credential = store::application_credentials::find(tx, id);
  } else {
    const NamedPart named = read_named(payload.needed("user", "application credential"), "user");
    note_login(attempt, named);
    if (const auto user = find_user(tx, named))
      credential = store::application_credentials::find_named(tx, user->id, payload.text("name"));
  }
  if (!credential) return std::nullopt;
  const auto user = store::users::find(tx, credential->user_id);
  attempt.request.audit.target = credential->id;
  if (user && !id.empty()) note_login(attempt, {"", user->name, user->domain_id, ""});
  if (!user || !may_log_in(tx, *user)) return std::nullopt;
  return credential;
}

}  // namespace

std::string hash_of_generated(const std::string& secret) {
  return std::string(kGenerated) + sha256_hex(secret);
}

bool is_secret(Passwords& passwords, const std::string& hash, const std::string& secret) {
  if (!hash.starts_with(kGenerated)) return passwords.verify(hash, secret);
  if (equal_constant_time(hash_of_generated(secret), hash)) return true;
  passwords.verify("", secret);  // for the time that it takes
  return false;
}

AuthProof prove_application_credential(const AuthAttempt& attempt, const AuthPart& payload) {
  if (!payload.has("id") && !payload.has("name"))
    throw_expecting("id or name", "application credential");
  const std::string secret = payload.text("secret");
  const auto credential = attempt.deps.db.read(
      [&](store::ReadTx& tx) { return find_credential(tx, attempt, payload); });
  SecretCheck check;
  check.account = "application credential\n" +
                  (credential ? credential->id : payload.text("id") + "\n" + payload.text("name"));
  admit(attempt, check);
  const TimeUs now = attempt.deps.clock.now_us();
  const bool right =
      is_secret(attempt.deps.passwords, credential ? credential->secret_hash : "", secret);
  check.right = right && (credential->expires_us == 0 || credential->expires_us > now);
  settle(attempt, check);
  AuthProof proof;
  proof.user_id = credential->user_id;
  proof.application_credential_id = credential->id;
  proof.project_id = credential->project_id;
  if (credential->expires_us != 0) proof.expires_us = credential->expires_us;
  return proof;
}

}  // namespace virga::identity
