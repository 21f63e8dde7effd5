// SPDX-License-Identifier: Apache-2.0
#include "api/identity/authorizer.h"

#include <atomic>
#include <thread>

#include "tests/unit/api/identity_fixture.h"

namespace virga::identity {
namespace {

using test::kind_of;

class AuthorizerTest : public IdentityTest {
 protected:
  AuthorizerTest() { issue("ticket", "u1", "p1"); }
  http::Request request(const std::string& token) {
    http::Request r;
    r.headers = {{"x-auth-token", token}};
    return r;
  }
  ErrorKind refusal(const std::string& token, const std::string& policy) {
    auto r = request(token);
    return kind_of([&] { authorizer_.authorize(r, policy); });
  }
};

TEST_F(AuthorizerTest, KnowsWhoHoldsAToken) {
  const auto c = authorizer_.caller_of("ticket");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->user_id, "u1");
  EXPECT_EQ(c->user_name, "ann");
  EXPECT_EQ(c->project_id, "p1");
  EXPECT_EQ(c->project_name, "web");
  EXPECT_TRUE(c->has_role("member"));
  EXPECT_FALSE(c->is_admin());
  EXPECT_EQ(authorizer_.caller_of("ticket"), c) << "the second time from the cache";
}

TEST_F(AuthorizerTest, AcceptsATokenInOneFormOnly) {
  for (const std::string& wrong : std::initializer_list<std::string>{
           "", "Ticket", "ticket ", sha256_hex("ticket"), std::string(10'000, 't')})
    EXPECT_FALSE(authorizer_.caller_of(wrong)) << wrong.substr(0, 40);
}

TEST_F(AuthorizerTest, AppliesThePolicyOfTheRoute) {
  auto r = request("ticket");
  authorizer_.authorize(r, "os_compute_api:servers:create");
  EXPECT_EQ(r.who().user_id, "u1");
  EXPECT_EQ(refusal("ticket", "os_compute_api:os-hypervisors:list"), ErrorKind::forbidden);
  EXPECT_EQ(refusal("wrong", "os_compute_api:servers:create"), ErrorKind::unauthorized);
  EXPECT_EQ(refusal("", "identity:check_token"), ErrorKind::unauthorized);
  auto anyone = request("wrong");
  authorizer_.authorize(anyone, "public");
  EXPECT_FALSE(anyone.caller);
  EXPECT_TRUE(authorizer_.knows("public"));
  EXPECT_FALSE(authorizer_.knows("none"));
}

TEST_F(AuthorizerTest, AnUnscopedTokenHasNoRoles) {
  issue("loose", "u2", "");
  const auto c = authorizer_.caller_of("loose");
  ASSERT_TRUE(c);
  EXPECT_TRUE(c->roles.empty());
  EXPECT_EQ(refusal("loose", "os_compute_api:servers:index"), ErrorKind::forbidden);
}

TEST_F(AuthorizerTest, ADisabledUserIsOutAtOnce) {
  ASSERT_TRUE(authorizer_.caller_of("ticket"));
  write([](WriteTx& tx) { store::users::set_enabled(tx, "u1", false); });
  EXPECT_FALSE(authorizer_.caller_of("ticket"));
  write([](WriteTx& tx) { store::users::set_enabled(tx, "u1", true); });
  EXPECT_FALSE(authorizer_.caller_of("ticket")) << "it does not come back with him";
}

TEST_F(AuthorizerTest, ANewRoleIsSeenAtOnce) {
  ASSERT_FALSE(authorizer_.caller_of("ticket")->is_admin());
  write([](WriteTx& tx) {
    store::grants::insert(tx, {.role_id = "r-admin", .actor_id = "u1", .target_id = "p1"});
  });
  EXPECT_TRUE(authorizer_.caller_of("ticket")->is_admin());
}

TEST_F(AuthorizerTest, ARevokedTokenIsOutAtOnce) {
  ASSERT_TRUE(authorizer_.caller_of("ticket"));
  write([](WriteTx& tx) { store::tokens::erase(tx, sha256_hex("ticket")); });
  EXPECT_FALSE(authorizer_.caller_of("ticket"));
}

TEST_F(AuthorizerTest, ANewPasswordEndsTheTokens) {
  ASSERT_TRUE(authorizer_.caller_of("ticket"));
  write([](WriteTx& tx) { store::users::set_password_hash(tx, "u1", "x"); });
  EXPECT_FALSE(authorizer_.caller_of("ticket"));
}

TEST_F(AuthorizerTest, ATokenEndsAtItsTimeAlsoInTheCache) {
  issue("brief", "u1", "p1", 10 * kSecondUs);
  ASSERT_TRUE(authorizer_.caller_of("brief"));
  clock_.advance_us(10 * kSecondUs - 1);
  EXPECT_TRUE(authorizer_.caller_of("brief"));
  clock_.advance_us(1);
  EXPECT_FALSE(authorizer_.caller_of("brief"));
}

TEST_F(AuthorizerTest, AProjectWithoutARoleOrThatIsClosedGivesNobody) {
  issue("foreign", "u1", "p2");
  issue("closed", "u1", "p3");
  issue("gone", "u1", "p9");
  for (const char* secret : {"foreign", "closed", "gone"})
    EXPECT_FALSE(authorizer_.caller_of(secret)) << secret;
}

TEST_F(AuthorizerTest, AWriteByManyThreadsNeverLeavesAStaleCaller) {
  const model::Grant grant{.role_id = "r-member", .actor_id = "u1", .target_id = "p1"};
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) authorizer_.caller_of("ticket");
  });
  for (int n = 0; n < 40; ++n) {
    const bool held = n % 2 == 1;
    write([&](WriteTx& tx) {
      if (held)
        store::grants::insert(tx, grant);
      else
        store::grants::erase(tx, grant);
    });
    EXPECT_EQ(authorizer_.caller_of("ticket") != nullptr, held) << n;
  }
  stop = true;
  reader.join();
}

}  // namespace
}  // namespace virga::identity
