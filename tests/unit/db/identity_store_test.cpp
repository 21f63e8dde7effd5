// SPDX-License-Identifier: Apache-2.0
#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/roles.h"
#include "db/store/users.h"

#include "db/store/tokens.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

class IdentityStore : public StoreTest {
 protected:
  IdentityStore() {
    db_.write([](WriteTx& tx) {
      domains::insert(tx, model::Domain{"d1", "Default", "", true});
      domains::insert(tx, model::Domain{"d2", "Other", "", true});
      projects::insert(tx, model::Project{"p1", "d1", "web", "the web", true});
      projects::insert(tx, model::Project{"p2", "d2", "web", "", true});
      projects::insert(tx, model::Project{"p3", "d1", "closed", "", false});
      users::insert(tx, model::User{"u1", "d1", "ann", "hash", true});
      roles::insert(tx, model::Role{"r1", "member"});
      roles::insert(tx, model::Role{"r2", "admin"});
    });
    db_.subscribe([this](const Change& c) { heard_.push_back(c.topic + " " + c.key); });
  }
  template <class F>
  auto write(F f) {
    return db_.write([&](WriteTx& tx) { return f(tx); });
  }
  std::vector<std::string> heard_;
};

TEST_F(IdentityStore, FindsByIdAndByNameWithinTheDomain) {
  db_.read([](ReadTx& tx) {
    EXPECT_EQ(domains::find(tx, "d1")->name, "Default");
    EXPECT_EQ(domains::find_named(tx, "Other")->id, "d2");
    EXPECT_EQ(projects::find_named(tx, "d2", "web")->id, "p2");
    EXPECT_EQ(projects::find(tx, "p1")->description, "the web");
    EXPECT_FALSE(projects::find(tx, "p3")->enabled);
    EXPECT_EQ(users::find_named(tx, "d1", "ann")->password_hash, "hash");
    EXPECT_FALSE(users::find_named(tx, "d2", "ann"));
    EXPECT_FALSE(users::find(tx, "u2"));
    EXPECT_EQ(roles::find_named(tx, "admin")->id, "r2");
  });
}

TEST_F(IdentityStore, RefusesTakenNames) {
  EXPECT_EQ(
      kind_of([&] {
        write([](WriteTx& tx) { users::insert(tx, model::User{"u9", "d1", "ann", "", true}); });
      }),
      ErrorKind::conflict);
  EXPECT_EQ(kind_of([&] {
              write([](WriteTx& tx) {
                projects::insert(tx, model::Project{"p9", "d1", "web", "", true});
              });
            }),
            ErrorKind::conflict);
  EXPECT_EQ(kind_of([&] {
              write([](WriteTx& tx) { roles::insert(tx, model::Role{"r9", "admin"}); });
            }),
            ErrorKind::conflict);
  write([](WriteTx& tx) { users::insert(tx, model::User{"u2", "d2", "ann", "", true}); });
}

TEST_F(IdentityStore, RolesAreAssignedOnceAndListedByProject) {
  write([](WriteTx& tx) {
    grants::insert(tx, {.role_id = "r1", .actor_id = "u1", .target_id = "p1"});
    grants::insert(tx, {.role_id = "r1", .actor_id = "u1", .target_id = "p1"});
    grants::insert(tx, {.role_id = "r2", .actor_id = "u1", .target_id = "p1"});
    grants::insert(tx, {.role_id = "r1", .actor_id = "u1", .target_id = "p3"});
  });
  db_.read([](ReadTx& tx) {
    const auto roles = grants::list_roles(tx, "u1", model::TargetKind::project, "p1");
    ASSERT_EQ(roles.size(), 2U);
    EXPECT_EQ(roles[0].name, "admin");
    EXPECT_TRUE(grants::list_roles(tx, "u1", model::TargetKind::project, "p2").empty());
    const auto projects = projects::list_of_user(tx, "u1");
    ASSERT_EQ(projects.size(), 1U) << "closed projects are not offered";
    EXPECT_EQ(projects[0].id, "p1");
  });
}

TEST_F(IdentityStore, EveryChangeIsToldToSubscribers) {
  const model::Token token{"h", "a", "u1", "", 1, 2};
  write([&](WriteTx& tx) {
    grants::insert(tx, {.role_id = "r1", .actor_id = "u1", .target_id = "p1"});
  });
  write([&](WriteTx& tx) { users::set_enabled(tx, "u1", false); });
  write([&](WriteTx& tx) { users::set_password_hash(tx, "u1", "new"); });
  write([&](WriteTx& tx) { tokens::insert(tx, token); });
  write([&](WriteTx& tx) { tokens::erase(tx, "h"); });
  EXPECT_EQ(heard_,
            (std::vector<std::string>{"identity u1", "identity u1", "identity u1", "identity h"}));
}

TEST_F(IdentityStore, ChangingAnUnknownUserIsAnError) {
  EXPECT_EQ(kind_of([&] { write([](WriteTx& tx) { users::set_enabled(tx, "u9", true); }); }),
            ErrorKind::not_found);
  EXPECT_EQ(kind_of([&] { write([](WriteTx& tx) { users::set_password_hash(tx, "u9", ""); }); }),
            ErrorKind::not_found);
}

TEST_F(IdentityStore, ANewPasswordEndsTheUsersTokens) {
  write([](WriteTx& tx) {
    users::insert(tx, model::User{"u2", "d1", "bob", "", true});
    tokens::insert(tx, {"h1", "a1", "u1", "", 1, 100});
    tokens::insert(tx, {"h2", "a2", "u2", "", 1, 100});
    users::set_password_hash(tx, "u1", "new");
  });
  db_.read([](ReadTx& tx) {
    EXPECT_FALSE(tokens::find(tx, "h1"));
    EXPECT_TRUE(tokens::find(tx, "h2"));
  });
}

TEST_F(IdentityStore, TokensAreFoundErasedAndExpire) {
  write([](WriteTx& tx) {
    tokens::insert(tx, {"h1", "audit", "u1", "p1", 1, 100});
    tokens::insert(tx, {"h2", "a2", "u1", "", 1, 200});
  });
  const auto token = db_.read([](ReadTx& tx) { return tokens::find(tx, "h1"); });
  EXPECT_EQ(token->audit_id, "audit");
  EXPECT_EQ(token->project_id, "p1");
  EXPECT_EQ(token->expires_us, 100);
  EXPECT_EQ(write([](WriteTx& tx) { return tokens::erase_expired(tx, 101); }), 1);
  EXPECT_TRUE(write([](WriteTx& tx) { return tokens::erase(tx, "h2"); }));
  EXPECT_FALSE(write([](WriteTx& tx) { return tokens::erase(tx, "h2"); }));
  EXPECT_EQ(kind_of([&] {
              write([](WriteTx& tx) { tokens::insert(tx, {"h3", "a", "nobody", "", 1, 2}); });
            }),
            ErrorKind::conflict);
}

}  // namespace
}  // namespace virga::store
