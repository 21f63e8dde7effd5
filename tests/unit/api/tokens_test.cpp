// SPDX-License-Identifier: Apache-2.0
// /identity/v3/auth/*, through the router.
#include <boost/json/serialize.hpp>

#include "api/identity/identity_api.h"
#include "tests/unit/api/identity_fixture.h"

namespace virga::identity {
namespace {

using test::Headers;
using test::Reply;

class TokensTest : public IdentityTest {
 protected:
  TokensTest() {
    add_routes(router_, deps_);
    write([](WriteTx& tx) { ensure_own_catalog(tx, "RegionOne"); });
    static const std::string hash = Passwords().hash("s3cret");  // slow: once for all tests
    write([&](WriteTx& tx) { store::users::set_password_hash(tx, "u1", hash); });
  }
  Reply post(const json::object& identity, const json::value& scope = nullptr) {
    json::object auth{{"identity", identity}};
    if (!scope.is_null()) auth["scope"] = scope;
    return test::call(router_, "POST", "/identity/v3/auth/tokens",
                      json::serialize(json::object{{"auth", auth}}));
  }
  static json::object password(const json::object& user) {
    return {{"methods", json::array{"password"}}, {"password", {{"user", user}}}};
  }
  static json::object by_name(const std::string& name, const std::string& word) {
    return password({{"name", name}, {"domain", {{"id", "default"}}}, {"password", word}});
  }
  static json::object by_token(const std::string& secret) {
    return {{"methods", json::array{"token"}}, {"token", {{"id", secret}}}};
  }
  static json::object project(const std::string& id) { return {{"project", {{"id", id}}}}; }
  std::string login(const json::value& scope = nullptr) {
    const Reply r = post(by_name("ann", "s3cret"), scope);
    EXPECT_EQ(r.status, 201) << r.text;
    return r.header("X-Subject-Token");
  }
  Reply token_call(const std::string& method, const std::string& own, const std::string& subject) {
    return test::call(router_, method, "/identity/v3/auth/tokens", "",
                      {{"x-auth-token", own}, {"x-subject-token", subject}});
  }

  Passwords passwords_;
  http::Router router_{authorizer_};
  IdentityDeps deps_{db_, clock_, authorizer_, passwords_};
};

TEST_F(TokensTest, APasswordByNameGivesAScopedTokenWithCatalog) {
  const Reply r = post(by_name("ann", "s3cret"),
                       {{"project", {{"name", "web"}, {"domain", {{"name", "Default"}}}}}});
  ASSERT_EQ(r.status, 201) << r.text;
  const json::value body = r.body();
  const json::value& token = body.at("token");
  EXPECT_EQ(token.at("user").at("id"), "u1");
  EXPECT_EQ(token.at("project").at("id"), "p1");
  EXPECT_EQ(token.at("roles").as_array()[0].at("name"), "member");
  EXPECT_EQ(token.at("catalog").as_array().size(), 5U);
  EXPECT_EQ(token.at("issued_at").as_string(), format_micros(clock_.now_us()));
  EXPECT_EQ(token.at("expires_at").as_string(),
            format_micros(clock_.now_us() + deps_.token_life_us));
  EXPECT_EQ(r.text.find(r.header("X-Subject-Token")), std::string::npos) << "never in the body";
  EXPECT_TRUE(authorizer_.caller_of(r.header("X-Subject-Token")));
}

TEST_F(TokensTest, APasswordByIdWithoutScopeGivesAnUnscopedToken) {
  const Reply r = post(password({{"id", "u1"}, {"password", "s3cret"}}));
  ASSERT_EQ(r.status, 201);
  const json::value body = r.body();
  EXPECT_FALSE(body.at("token").as_object().contains("project"));
  EXPECT_FALSE(body.at("token").as_object().contains("catalog"));
}

TEST_F(TokensTest, TheSecretIsNotStored) {
  const std::string secret = login();
  db_.read([&](store::ReadTx& tx) {
    EXPECT_FALSE(store::tokens::find(tx, secret));
    EXPECT_TRUE(store::tokens::find(tx, sha256_hex(secret)));
  });
}

TEST_F(TokensTest, AWrongLoginRevealsNothingAboutTheAccount) {
  write([](WriteTx& tx) {
    store::users::insert(tx, model::User{"u9", "default", "off", "", false});
  });
  const Reply wrong = post(by_name("ann", "wrong"));
  const Reply unknown = post(by_name("nobody", "wrong"));
  const Reply no_domain =
      post(password({{"name", "ann"}, {"domain", {{"id", "none"}}}, {"password", "s3cret"}}));
  const Reply no_password = post(by_name("bob", ""));
  const Reply disabled = post(by_name("off", "wrong"));
  EXPECT_EQ(wrong.status, 401);
  for (const Reply* r : {&unknown, &no_domain, &no_password, &disabled}) {
    EXPECT_EQ(r->status, wrong.status);
    EXPECT_EQ(r->text, wrong.text);
    EXPECT_EQ(r->whole.headers, wrong.whole.headers);
  }
}

TEST_F(TokensTest, ADisabledUserCannotLogIn) {
  write([](WriteTx& tx) { store::users::set_enabled(tx, "u1", false); });
  EXPECT_EQ(post(by_name("ann", "s3cret")).status, 401);
}

TEST_F(TokensTest, AProjectWithoutARoleIsRefusedLikeAnUnknownOne) {
  const std::string foreign = post(by_name("ann", "s3cret"), project("p2")).text;
  EXPECT_EQ(post(by_name("ann", "s3cret"), project("p2")).status, 401);
  EXPECT_EQ(post(by_name("ann", "s3cret"), project("p9")).text, foreign);
  EXPECT_EQ(post(by_name("ann", "s3cret"), project("p3")).text, foreign);
  db_.read([](store::ReadTx& tx) {
    store::Rows rows = tx.query("SELECT count(*) FROM tokens");
    rows.next();
    EXPECT_EQ(rows.integer(0), 0) << "a refused token is not stored";
  });
}

TEST_F(TokensTest, RescopingNeverExtendsTheLife) {
  const std::string first = login();
  const TimeUs end = authorizer_.caller_of(first)->expires_us;
  clock_.advance_us(3600 * kSecondUs);
  const Reply r = post(by_token(first), project("p1"));
  ASSERT_EQ(r.status, 201) << r.text;
  const auto c = authorizer_.caller_of(r.header("X-Subject-Token"));
  EXPECT_EQ(c->expires_us, end);
  EXPECT_EQ(c->project_id, "p1");
  EXPECT_EQ(post(by_token("wrong"), project("p1")).status, 401);
}

TEST_F(TokensTest, WithoutAScopeTheUsersDefaultProjectCountsIfHeMayUseIt) {
  const auto project_of = [&](const Reply& r) {
    return authorizer_.caller_of(r.header("X-Subject-Token"))->project_id;
  };
  const std::string first = login(project("p1"));
  EXPECT_EQ(project_of(post(by_token(first))), "");
  const auto set_default = [&](const char* id) {
    write([&](WriteTx& tx) { tx.exec("UPDATE users SET default_project_id = $1", id); });
  };
  set_default("p1");
  EXPECT_EQ(project_of(post(by_name("ann", "s3cret"))), "p1");
  EXPECT_EQ(project_of(post(by_name("ann", "s3cret"), "unscoped")), "");
  EXPECT_EQ(project_of(post(by_name("ann", "s3cret"), {{"unscoped", json::object()}})), "");
  for (const char* closed : {"p2", "p3", "none"}) {
    set_default(closed);
    EXPECT_EQ(project_of(post(by_name("ann", "s3cret"))), "") << closed;
  }
}

TEST_F(TokensTest, DomainAndSystemScopesNeedARoleThere) {
  const json::object domain{{"domain", {{"name", "Default"}}}};
  const json::object system{{"system", {{"all", true}}}};
  EXPECT_EQ(post(by_name("ann", "s3cret"), domain).status, 401);
  EXPECT_EQ(post(by_name("ann", "s3cret"), system).status, 401);
  write([](WriteTx& tx) {
    store::grants::insert(tx, {.role_id = "r-member",
                               .actor_id = "u1",
                               .target_kind = model::TargetKind::domain,
                               .target_id = "default"});
    store::grants::insert(tx, {.role_id = "r-admin",
                               .actor_id = "u1",
                               .target_kind = model::TargetKind::system,
                               .target_id = "all"});
  });
  const Reply of_domain = post(by_name("ann", "s3cret"), domain);
  ASSERT_EQ(of_domain.status, 201) << of_domain.text;
  EXPECT_EQ(of_domain.body().at("token").at("domain").at("id"), "default");
  const Reply of_system = post(by_name("ann", "s3cret"), system);
  ASSERT_EQ(of_system.status, 201) << of_system.text;
  const json::value token = of_system.body().at("token");
  EXPECT_EQ(token.at("system").at("all"), true);
  EXPECT_EQ(token.at("roles").as_array()[0].at("name"), "admin");
  EXPECT_FALSE(token.as_object().contains("project"));
  EXPECT_EQ(post(by_token(of_system.header("X-Subject-Token")), project("p1")).status, 403);
  EXPECT_EQ(post(by_token(of_system.header("X-Subject-Token")), system).status, 201);
}

TEST_F(TokensTest, TheAuditChainNamesTheFirstToken) {
  const Reply first = post(by_name("ann", "s3cret"));
  const Reply second = post(by_token(first.header("X-Subject-Token")), project("p1"));
  const Reply third = post(by_token(second.header("X-Subject-Token")), project("p1"));
  const json::value origin = first.body().at("token").at("audit_ids").as_array()[0];
  for (const Reply* r : {&second, &third}) {
    const json::value token = r->body().at("token");
    ASSERT_EQ(token.at("audit_ids").as_array().size(), 2U);
    EXPECT_EQ(token.at("audit_ids").as_array()[1], origin);
    EXPECT_EQ(token.at("methods"), (json::array{"token", "password"}));
  }
}

TEST_F(TokensTest, BrokenRequestsAreRefused) {
  const json::object good = by_name("ann", "s3cret");
  EXPECT_EQ(test::call(router_, "POST", "/identity/v3/auth/tokens", "{").status, 400);
  EXPECT_EQ(test::call(router_, "POST", "/identity/v3/auth/tokens", "{}").status, 400);
  EXPECT_EQ(test::call(router_, "POST", "/identity/v3/auth/tokens", "[]").status, 400);
  EXPECT_EQ(post({}).status, 400);
  EXPECT_EQ(post({{"methods", json::array{}}}).status, 401);
  EXPECT_EQ(post({{"methods", "password"}}).status, 400);
  EXPECT_EQ(post({{"methods", json::array{"password", 5}}}).status, 400);
  EXPECT_EQ(post({{"methods", json::array{"password", "token"}}}).status, 400);
  EXPECT_EQ(post({{"methods", json::array{"magic"}}}).status, 400);
  EXPECT_EQ(post({{"methods", json::array{"magic"}}, {"magic", json::object()}}).status, 401);
  EXPECT_EQ(post({{"methods", json::array{"token"}}, {"token", json::object()}}).status, 400);
  EXPECT_EQ(post(password({{"name", "ann"}, {"password", "s3cret"}})).status, 400);
  EXPECT_EQ(post(password({{"password", "s3cret"}})).status, 400);
  EXPECT_EQ(post(password({{"name", "ann"}, {"domain", json::object()}, {"password", "x"}})).status,
            400);
  EXPECT_EQ(post(password({{"id", "u1"}, {"password", 5}})).status, 400);
  EXPECT_EQ(post(password({{"id", "u1"}})).status, 401);
  EXPECT_EQ(post(password({{"id", "u1"}, {"password", "s3cret"}, {"more", true}})).status, 201);
  for (const json::value& scope :
       {json::value("everything"), json::value(json::object()), json::value(5),
        json::value({{"project", {{"name", "web"}}}}), json::value({{"project", json::object()}}),
        json::value({{"domain", json::object()}}), json::value({{"system", {{"all", "x"}}}}),
        json::value({{"project", {{"id", "p1"}}}, {"domain", {{"id", "default"}}}}),
        json::value({{"OS-TRUST:trust", json::object()}})})
    EXPECT_EQ(post(good, scope).status, 400) << json::serialize(scope);
  EXPECT_EQ(post(good, {{"domain", {{"id", "default"}}}}).status, 401);
}

TEST_F(TokensTest, AnAccountIsClosedToThePeerThatGuesses) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post(by_name("ann", "wrong")).status, 401);
  const Reply locked = post(by_name("ann", "s3cret"));
  EXPECT_EQ(locked.status, 401);
  EXPECT_EQ(locked.text, post(by_name("nobody", "wrong")).text);
  EXPECT_EQ(post(password({{"id", "u1"}, {"password", "s3cret"}})).status, 401) << "by id as well";
  clock_.advance_us(301 * kSecondUs);
  EXPECT_EQ(post(by_name("ann", "s3cret")).status, 201);
  write([](WriteTx& tx) {
    tx.exec("UPDATE users SET options = '{\"ignore_lockout_failure_attempts\": true}'");
  });
  for (int i = 0; i < 6; ++i) EXPECT_EQ(post(by_name("ann", "wrong")).status, 401);
  EXPECT_EQ(post(by_name("ann", "s3cret")).status, 201);
}

TEST_F(TokensTest, APeerThatFailsEverywhereIsToldToWait) {
  for (int i = 0; i < 100; ++i) deps_.lockout.failed_unlocked("192.0.2.1", clock_.now_us());
  const Reply r = post(by_name("ann", "s3cret"));
  EXPECT_EQ(r.status, 429);
  EXPECT_EQ(r.header("Retry-After"), "61");
  clock_.advance_us(61 * kSecondUs);
  EXPECT_EQ(post(by_name("ann", "s3cret")).status, 201);
}

TEST_F(TokensTest, AUserWithRulesNeedsAllMethodsOfOne) {
  write([](WriteTx& tx) {
    tx.exec(
        "UPDATE users SET options = "
        "'{\"multi_factor_auth_rules\": [[\"password\", \"token\"], [\"unknown\", \"password\","
        " \"application_credential\"]], \"multi_factor_auth_enabled\": true}' WHERE id = 'u1'");
  });
  issue("unscoped", "u1", "");
  const Reply half = post(by_name("ann", "s3cret"));
  ASSERT_EQ(half.status, 401);
  const std::string receipt = half.header("Openstack-Auth-Receipt");
  ASSERT_FALSE(receipt.empty()) << half.text;
  EXPECT_EQ(half.body().at("receipt").at("methods"), json::array{"password"});
  EXPECT_EQ(half.body().at("required_auth_methods").as_array().size(), 2U);
  const json::object second{{"auth", {{"identity", by_token("unscoped")}}}};
  const auto with_receipt = [&](const std::string& secret) {
    return test::call(router_, "POST", "/identity/v3/auth/tokens", json::serialize(second),
                      {{"openstack-auth-receipt", secret}});
  };
  EXPECT_EQ(with_receipt("wrong").status, 401);
  EXPECT_EQ(with_receipt(receipt).status, 201);
  clock_.advance_us(301 * kSecondUs);
  EXPECT_EQ(with_receipt(receipt).status, 401);
}

TEST_F(TokensTest, AnExpiredTokenIsShownToWhoAsksForIt) {
  issue("admin", "u2", "p1", 100 * 3600 * kSecondUs);
  const std::string own = login(project("p1"));
  clock_.advance_us(13LL * 3600 * kSecondUs);
  EXPECT_EQ(token_call("GET", "admin", own).status, 404);
  const auto ask = [&] {
    return test::call(router_, "GET", "/identity/v3/auth/tokens?allow_expired=1", "",
                      {{"x-auth-token", "admin"}, {"x-subject-token", own}})
        .status;
  };
  EXPECT_EQ(ask(), 200);
  clock_.advance_us(48LL * 3600 * kSecondUs);
  EXPECT_EQ(ask(), 404);
}

TEST_F(TokensTest, ATokenShowsItself) {
  const std::string own = login(project("p1"));
  const Reply r = token_call("GET", own, own);
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.body().at("token").at("project").at("id"), "p1");
  EXPECT_EQ(token_call("HEAD", own, own).status, 200);
  EXPECT_EQ(token_call("GET", own, "wrong").status, 404);
  EXPECT_EQ(token_call("GET", "wrong", own).status, 401);
  const Reply short_form = test::call(router_, "GET", "/identity/v3/auth/tokens?nocatalog", "",
                                      {{"x-auth-token", own}, {"x-subject-token", own}});
  EXPECT_FALSE(short_form.body().at("token").as_object().contains("catalog"));
}

TEST_F(TokensTest, OnlyAdministratorsSeeAndRevokeOthersTokens) {
  const std::string own = login(project("p1"));
  const std::string other = login();
  issue("admin", "u2", "p1");
  EXPECT_EQ(token_call("GET", own, other).status, 200);  // the same user's
  EXPECT_EQ(token_call("GET", own, "admin").status, 403);
  EXPECT_EQ(token_call("DELETE", own, "admin").status, 403);
  EXPECT_EQ(token_call("GET", "admin", other).status, 200);
  EXPECT_EQ(token_call("DELETE", "admin", other).status, 204);
  EXPECT_EQ(token_call("GET", other, other).status, 401);
}

TEST_F(TokensTest, ARevokedTokenIsOutAtOnce) {
  const std::string own = login(project("p1"));
  EXPECT_EQ(token_call("DELETE", own, own).status, 204);
  EXPECT_EQ(token_call("GET", own, own).status, 401);
  EXPECT_EQ(post(by_token(own), project("p1")).status, 401);
}

TEST_F(TokensTest, ListsTheOpenProjectsOfTheCaller) {
  const std::string own = login();
  const Reply r =
      test::call(router_, "GET", "/identity/v3/auth/projects", "", {{"x-auth-token", own}});
  ASSERT_EQ(r.status, 200);
  const json::value body = r.body();
  ASSERT_EQ(body.at("projects").as_array().size(), 1U);
  EXPECT_EQ(body.at("projects").as_array()[0].at("id"), "p1");
  const std::string scoped = login(project("p1"));
  const auto catalog = [&](const std::string& token) {
    return test::call(router_, "GET", "/identity/v3/auth/catalog", "", {{"x-auth-token", token}})
        .status;
  };
  EXPECT_EQ(catalog(scoped), 200);
  EXPECT_EQ(catalog(own), 403);
}

TEST_F(TokensTest, VersionsAreShownToAnyone) {
  EXPECT_EQ(test::call(router_, "GET", "/identity").status, 300);
  EXPECT_EQ(test::call(router_, "GET", "/identity/v3").body().at("version").at("id"), "v3.14");
}

}  // namespace
}  // namespace virga::identity
