// SPDX-License-Identifier: Apache-2.0
// Users, projects and roles in a temporary database.
#pragma once

#include "api/identity/authorizer.h"
#include "common/hash.h"
#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/roles.h"
#include "db/store/tokens.h"
#include "db/store/users.h"
#include "tests/unit/api/api_call.h"

namespace virga::identity {

using store::WriteTx;

class IdentityTest : public testing::Test {
 protected:
  IdentityTest() {
    write([](WriteTx& tx) {
      store::domains::insert(tx, model::Domain{"default", "Default", "", true});
      store::projects::insert(tx, model::Project{"p1", "default", "web", "", true});
      store::projects::insert(tx, model::Project{"p2", "default", "other", "", true});
      store::projects::insert(tx, model::Project{"p3", "default", "closed", "", false});
      store::roles::insert(tx, model::Role{"r-member", "member"});
      store::roles::insert(tx, model::Role{"r-admin", "admin"});
      store::users::insert(tx, model::User{"u1", "default", "ann", "", true});
      store::users::insert(tx, model::User{"u2", "default", "bob", "", true});
      store::grants::insert(tx, {.role_id = "r-member", .actor_id = "u1", .target_id = "p1"});
      store::grants::insert(tx, {.role_id = "r-member", .actor_id = "u1", .target_id = "p3"});
      store::grants::insert(tx, {.role_id = "r-admin", .actor_id = "u2", .target_id = "p1"});
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
  const PolicyTable policies_;
  TokenAuthorizer authorizer_{db_, clock_, policies_};
};

}  // namespace virga::identity
