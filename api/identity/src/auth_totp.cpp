// SPDX-License-Identifier: Apache-2.0
// Login with a one-time password of time, from the user's credentials of type "totp".
#include "api/identity/src/auth_methods.h"
#include "api/identity/src/credentials.h"
#include "api/identity/totp.h"
#include "common/hash.h"
#include "db/store/credentials.h"

namespace virga::identity {
namespace {

/// True for a code of the credential that was not used yet.
bool opens(IdentityDeps& deps, const model::Credential& credential, const std::string& passcode) {
  const auto secret = from_base32(open_blob(deps, credential));
  if (!secret || secret->empty()) return false;
  const TimeUs now = deps.clock.now_us();
  const std::int64_t current = totp_period(now);
  for (const std::int64_t period : {current, current - 1}) {  // a code may come a little late
    if (!equal_constant_time(totp_passcode(*secret, period), passcode)) continue;
    const std::string use = "totp\n" + credential.id + "\n" + std::to_string(period);
    if (deps.used.first_use(use, totp_end(period), now)) return true;
  }
  return false;
}

}  // namespace

AuthProof prove_totp(const AuthAttempt& attempt, const AuthPart& payload) {
  const AuthPart in = payload.needed("user", "totp");
  const NamedPart named = read_named(in, "user");
  note_login(attempt, named);
  const std::string passcode = in.text("passcode");
  std::vector<model::Credential> credentials;
  const auto user = attempt.deps.db.read([&](store::ReadTx& tx) {
    auto found = find_user(tx, named);
    if (found && may_log_in(tx, *found))
      credentials = store::credentials::list(tx, found->id, "totp");
    return found;
  });
  SecretCheck check{account_of(user, named), ignores_lockout(user), false};
  admit(attempt, check);
  for (const auto& credential : credentials)
    if (opens(attempt.deps, credential, passcode)) check.right = true;
  settle(attempt, check);
  AuthProof proof;
  proof.user_id = user->id;
  return proof;
}

}  // namespace virga::identity
