// SPDX-License-Identifier: Apache-2.0
// Login with a password. Who is unknown, disabled or without a password is told the same as after a
// wrong password, after the same work.
#include "api/identity/src/auth_methods.h"
#include "common/error.h"
#include "db/store/users.h"

namespace virga::identity {
AuthProof prove_password(const AuthAttempt& attempt, const AuthPart& payload) {
  const AuthPart in = payload.needed("user", "password");
  const NamedPart named = read_named(in, "user");
  note_login(attempt, named);
  const std::string password = in.text("password");
  bool open = false;
  const auto user = attempt.deps.db.read([&](store::ReadTx& tx) {
    auto found = find_user(tx, named);
    open = found && may_log_in(tx, *found);
    return found;
  });
  SecretCheck check{account_of(user, named), ignores_lockout(user), false};
  admit(attempt, check);
  const bool right = attempt.deps.passwords.verify(user ? user->password_hash : "", password);
  check.right = right && open;
  settle(attempt, check);
  const TimeUs end = user->password_expires_us;
  if (end != 0 && end <= attempt.deps.clock.now_us())
    throw Error(ErrorKind::unauthorized,
                "The password is expired and needs to be changed for user: " + user->id + ".");
  AuthProof proof;
  proof.user_id = user->id;
  return proof;
}

}  // namespace virga::identity
