// SPDX-License-Identifier: Apache-2.0
// Users, projects and roles in a temporary database.
#pragma once

#include "api/identity/authorizer.h"
#include "common/hash.h"
#include "db/store/identity.h"
#include "db/store/tokens.h"
#include "tests/unit/api/api_call.h"

namespace virga::identity {

using store::WriteTx;

class IdentityTest : public testing::Test {
 protected:
  IdentityTest() {
    write([](WriteTx& tx) {
      store::identity::insert(tx, model::Domain{"default", "Default", "", true});
      store::identity::insert(tx, model::Project{"p1", "default", "web", "", true});
      store::identity::insert(tx, model::Project{"p2", "default", "other", "", true});
      store::identity::insert(tx, model::Project{"p3", "default", "closed", "", false});
      store::identity::insert(tx, model::Role{"r-member", "member"});
      store::identity::insert(tx, model::Role{"r-admin", "admin"});
      store::identity::insert(tx, model::User{"u1", "default", "ann", "", true});
      store::identity::insert(tx, model::User{"u2", "default", "bob", "", true});
      store::identity::assign(tx, "u1", "p1", "r-member");
      store::identity::assign(tx, "u1", "p3", "r-member");
      store::identity::assign(tx, "u2", "p1", "r-admin");
    });
  }
  template <class F>
  void write(F f) {
    db_.write([&](WriteTx& tx) { f(tx); });
  }
  /// A token of a user, by its secret.
  void issue(const std::string& secret, const std::string& user, const std::string& project,
             TimeUs life_us = 3600 * kSecondUs) {
    const TimeUs now = clock_.now_us();
    write([&](WriteTx& tx) {
      store::tokens::insert(
          tx, {sha256_hex(secret), "audit-" + secret, user, project, now, now + life_us});
    });
  }

  const test::TempDir dir_;
  store::Database db_{dir_.path("virga.db")};
  FakeClock clock_;
  TokenAuthorizer authorizer_{db_, clock_};
};

}  // namespace virga::identity
