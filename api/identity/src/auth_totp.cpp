// SPDX-License-Identifier: Apache-2.0
// Login with a one-time password of time, from the user's credentials of type "totp".
#include "api/identity/src/auth_methods.h"
#include "api/identity/src/credentials.h"
#include "api/identity/totp.h"
#include "common/hash.h"
#include "db/store/credentials.h"

namespace virga::identity {

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
  const std::int64_t now = totp_period(attempt.deps.clock.now_us());
  for (const auto& credential : credentials) {
    const auto secret = from_base32(open_blob(attempt.deps, credential));
    if (!secret || secret->empty()) continue;
    for (const std::int64_t period : {now, now - 1})  // a code may come a little late
      if (equal_constant_time(totp_passcode(*secret, period), passcode)) check.right = true;
  }
  settle(attempt, check);
  AuthProof proof;
  proof.user_id = user->id;
  return proof;
}

}  // namespace virga::identity
