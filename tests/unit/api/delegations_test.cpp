// SPDX-License-Identifier: Apache-2.0
// Trusts, application credentials and access rules, through the router.
#include "api/identity/src/expiry.h"
#include "tests/unit/api/identity_routes.h"

namespace virga::identity {
namespace {

using test::Reply;

TEST(ExpiryTest, TimesOfIso8601AreRead) {
  const TimeUs noon = 1'795'260'600LL * kSecondUs;  // 2026-11-21T11:30:00Z
  EXPECT_EQ(format_micros(noon), "2026-11-21T11:30:00.000000Z");
  for (const char* text : {"2026-11-21T11:30:00Z", "2026-11-21T11:30:00.000000Z",
                           "2026-11-21T11:30Z", "2026-11-21T11:30:00", "2026-11-21T12:30:00+01:00",
                           "2026-11-21T10:00:00-01:30", "2026-11-21 11:30:00Z"})
    EXPECT_EQ(parse_time(text), noon) << text;
  EXPECT_EQ(parse_time("2026-11-21T11:30:00.25Z"), noon + 250'000);
  for (const char* text : {"", "bad.123Z", "2026-11-21", "2026-13-21T11:30:00Z",
                           "2026-02-30T11:30:00Z", "2026-11-21T24:30:00Z", "2026-11-21T11:30:00Zx",
                           "2026-11-21T11:30:00.Z", "2026-11-21T11:60:00Z"})
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

class TrustsTest : public RoutesTest {
 protected:
  TrustsTest() { issue("bob", "u2", ""); }
  Reply create(json::object more = {}, const std::string& token = "ann") {
    json::object trust{{"trustor_user_id", "u1"},
                       {"trustee_user_id", "u2"},
                       {"impersonation", true},
                       {"project_id", "p1"},
                       {"roles", json::array{json::object{{"name", "member"}}}}};
    for (auto& [key, value] : more) trust[key] = value;
    return as(token, "POST", "/OS-TRUST/trusts", {{"trust", trust}});
  }
  Reply use(const std::string& id, const std::string& token = "bob") {
    return log_in(by_token(token), {{"OS-TRUST:trust", {{"id", id}}}});
  }
};

TEST_F(TrustsTest, ATrusteeActsWithTheRolesAndTheNameOfTheTrustor) {
  const Reply made = create();
  ASSERT_EQ(made.status, 201) << made.text;
  const std::string id = of(made, "trust", "id");
  const json::value trust = made.body().at("trust");
  EXPECT_EQ(trust.at("roles").as_array()[0].at("name"), "member");
  EXPECT_EQ(trust.at("expires_at"), nullptr);
  EXPECT_EQ(trust.at("redelegation_count"), 0);
  const Reply r = use(id);
  ASSERT_EQ(r.status, 201) << r.text;
  const json::value token = r.body().at("token");
  EXPECT_EQ(token.at("user").at("id"), "u1");
  EXPECT_EQ(token.at("project").at("id"), "p1");
  EXPECT_EQ(token.at("OS-TRUST:trust").at("trustee_user").at("id"), "u2");
  ASSERT_EQ(token.at("roles").as_array().size(), 1U);
  EXPECT_EQ(token.at("roles").as_array()[0].at("name"), "member") << "not bob's own role";
  EXPECT_EQ(use(id, "ann").status, 403) << "not the trustee";
  const std::string secret = r.header("X-Subject-Token");
  EXPECT_EQ(log_in(by_token(secret)).status, 403) << "no token from a trust's token";
  EXPECT_EQ(status("ann", "DELETE", "/OS-TRUST/trusts/" + id), 204);
  EXPECT_EQ(status(secret, "GET", "/auth/projects"), 401);
  EXPECT_EQ(use(id).status, 401);
}

TEST_F(TrustsTest, WithoutImpersonationTheTrusteeKeepsHisName) {
  const Reply r = use(of(create({{"impersonation", false}}), "trust", "id"));
  ASSERT_EQ(r.status, 201) << r.text;
  EXPECT_EQ(r.body().at("token").at("user").at("id"), "u2");
  EXPECT_EQ(r.body().at("token").at("roles").as_array().size(), 1U);
}

TEST_F(TrustsTest, BadTrustsAreRefused) {
  for (const json::object& more :
       std::vector<json::object>{{{"impersonation", "yes"}},
                                 {{"expires_at", "bad.123Z"}},
                                 {{"expires_at", 5}},
                                 {{"expires_at", "2001-01-01T00:00:00Z"}},
                                 {{"remaining_uses", 0}},
                                 {{"remaining_uses", "3"}},
                                 {{"roles", "member"}},
                                 {{"roles", json::array{json::object()}}},
                                 {{"redelegation_count", -1}},
                                 {{"roles", json::array{json::object{{"id", "x"}, {"name", "y"}}}}},
                                 {{"allow_redelegation", true}, {"remaining_uses", 3}}})
    EXPECT_EQ(create(more).status, 400) << json::serialize(more);
  EXPECT_EQ(create({{"roles", json::array()}}).status, 403);
  EXPECT_EQ(create({{"allow_redelegation", true}, {"redelegation_count", 4}}).status, 403);
  EXPECT_EQ(create({{"trustor_user_id", "u2"}}).status, 403);
  EXPECT_EQ(create({}, "admin").status, 403) << "administrators neither";
  EXPECT_EQ(create({{"trustee_user_id", "none"}}).status, 404);
  EXPECT_EQ(create({{"roles", json::array{json::object{{"id", "r-admin"}}}}}).status, 404)
      << "a role that he does not hold";
  EXPECT_EQ(create({{"project_id", "p2"}}).status, 404);
}

TEST_F(TrustsTest, ATrustDiesWithItsSource) {
  const std::string id = of(create(), "trust", "id");
  const std::string secret = use(id).header("X-Subject-Token");
  EXPECT_EQ(status(secret, "GET", "/auth/projects"), 200);
  write([](WriteTx& tx) { store::users::set_enabled(tx, "u1", false); });
  EXPECT_EQ(status(secret, "GET", "/auth/projects"), 401);
  write([](WriteTx& tx) { store::users::set_enabled(tx, "u1", true); });
  EXPECT_EQ(status(secret, "GET", "/auth/projects"), 200);
  EXPECT_EQ(status("admin", "DELETE", "/projects/p1/users/u1/roles/r-member"), 204);
  EXPECT_EQ(status(secret, "GET", "/auth/projects"), 401);
  EXPECT_EQ(use(id).status, 403);
}

TEST_F(TrustsTest, UsesAndTimeRunOut) {
  const std::string id = of(create({{"remaining_uses", 2}}), "trust", "id");
  EXPECT_EQ(use(id).status, 201);
  EXPECT_EQ(use(id).status, 201);
  EXPECT_EQ(use(id).status, 401);
  EXPECT_EQ(status("ann", "GET", "/OS-TRUST/trusts/" + id), 404);
  const TimeUs end = clock_.now_us() + 60 * kSecondUs;
  const std::string brief = of(create({{"expires_at", format_seconds(end)}}), "trust", "id");
  const std::string secret = use(brief).header("X-Subject-Token");
  EXPECT_EQ(authorizer_.caller_of(secret)->expires_us, end);
  clock_.advance_us(60 * kSecondUs);
  EXPECT_FALSE(authorizer_.caller_of(secret));
  EXPECT_EQ(use(brief).status, 401);
}

TEST_F(TrustsTest, ATrustIsHandedOnOnlyAsItAllowsAndShrinks) {
  write([](WriteTx& tx) {
    store::users::insert(tx, model::User{"u3", "default", "cat", "", true});
  });
  const json::object to_cat{{"trustee_user_id", "u3"}};
  const std::string plain = use(of(create(), "trust", "id")).header("X-Subject-Token");
  EXPECT_EQ(create(to_cat, plain).status, 403);
  const Reply first = create({{"allow_redelegation", true}});
  EXPECT_EQ(first.body().at("trust").at("redelegation_count"), 3);
  const std::string id = of(first, "trust", "id");
  const std::string secret = use(id).header("X-Subject-Token");
  const Reply second = create({{"trustee_user_id", "u3"}, {"allow_redelegation", true}}, secret);
  ASSERT_EQ(second.status, 201) << second.text;
  EXPECT_EQ(of(second, "trust", "redelegated_trust_id"), id);
  EXPECT_EQ(second.body().at("trust").at("redelegation_count"), 2);
  issue("cat", "u3", "");
  EXPECT_EQ(use(of(second, "trust", "id"), "cat").status, 201);
  EXPECT_EQ(create({{"trustee_user_id", "u3"}, {"remaining_uses", 1}}, secret).status, 403);
  EXPECT_EQ(status("ann", "DELETE", "/OS-TRUST/trusts/" + id), 204);
  EXPECT_EQ(use(of(second, "trust", "id"), "cat").status, 401) << "the chain is gone";
}

TEST_F(TrustsTest, TrustsAreShownToThoseConcerned) {
  const std::string id = of(create(), "trust", "id");
  const std::string one = "/OS-TRUST/trusts/" + id;
  write([](WriteTx& tx) {
    store::users::insert(tx, model::User{"u3", "default", "cat", "", true});
  });
  issue("cat", "u3", "");
  for (const char* token : {"ann", "bob", "admin"}) EXPECT_EQ(status(token, "GET", one), 200);
  EXPECT_EQ(status("cat", "GET", one), 403);
  EXPECT_EQ(status("bob", "DELETE", one), 403);
  EXPECT_EQ(status("ann", "GET", "/OS-TRUST/trusts?trustor_user_id=u1"), 200);
  EXPECT_EQ(status("bob", "GET", "/OS-TRUST/trusts?trustee_user_id=u2"), 200);
  EXPECT_EQ(status("bob", "GET", "/OS-TRUST/trusts?trustor_user_id=u1"), 403);
  EXPECT_EQ(status("ann", "GET", "/OS-TRUST/trusts"), 403);
  EXPECT_EQ(status("admin", "GET", "/OS-TRUST/trusts"), 200);
  EXPECT_EQ(names(as("ann", "GET", one + "/roles"), "roles"), std::vector<std::string>{"member"});
  EXPECT_EQ(status("ann", "HEAD", one + "/roles/r-member"), 200);
  EXPECT_EQ(status("ann", "GET", one + "/roles/r-admin"), 404);
}

class CredentialsTest : public RoutesTest {
 protected:
  Reply create(json::object more = {}, const std::string& token = "ann") {
    more.emplace("name", "job");
    return as(token, "POST", "/users/u1/application_credentials",
              {{"application_credential", more}});
  }
  static json::object by_credential(const json::object& of) {
    return {{"methods", json::array{"application_credential"}}, {"application_credential", of}};
  }
  Reply use(const Reply& made) {
    return log_in(by_credential({{"id", of(made, "application_credential", "id")},
                                 {"secret", of(made, "application_credential", "secret")}}));
  }
};

TEST_F(CredentialsTest, AProgramLogsInWithIt) {
  const Reply made = create();
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(of(made, "application_credential", "secret").size(), 86U);
  EXPECT_EQ(of(made, "application_credential", "project_id"), "p1");
  const Reply r = use(made);
  ASSERT_EQ(r.status, 201) << r.text;
  const json::value token = r.body().at("token");
  EXPECT_EQ(token.at("methods"), json::array{"application_credential"});
  EXPECT_EQ(token.at("project").at("id"), "p1");
  EXPECT_EQ(token.at("application_credential").at("restricted"), true);
  const std::string id = of(made, "application_credential", "id");
  const Reply shown = as("ann", "GET", "/users/u1/application_credentials/" + id);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.text.find("secret"), std::string::npos);
  EXPECT_EQ(r.audit.user + "@" + r.audit.user_domain, "ann@default");
  EXPECT_EQ(r.audit.target, id);
  const Reply wrong = log_in(by_credential({{"id", id}, {"secret", "wrong"}}));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.audit.user, "ann") << "failures tell whose credential was tried";
  EXPECT_EQ(log_in(by_credential({{"id", "none"}, {"secret", "wrong"}})).status, 401);
  EXPECT_EQ(log_in(by_credential({{"secret", "wrong"}})).status, 400);
  EXPECT_EQ(status("ann", "DELETE", "/users/u1/application_credentials/" + id), 204);
  EXPECT_EQ(status(r.header("X-Subject-Token"), "GET", "/auth/projects"), 401);
}

TEST_F(CredentialsTest, AGivenSecretAndTheNameServeAsWell) {
  ASSERT_EQ(create({{"secret", "chosen by hand"}}).status, 201);
  const auto by_name = [](const char* secret) {
    return by_credential({{"name", "job"},
                          {"user", {{"name", "ann"}, {"domain", {{"id", "default"}}}}},
                          {"secret", secret}});
  };
  EXPECT_EQ(log_in(by_name("chosen by hand")).status, 201);
  EXPECT_EQ(log_in(by_name("wrong")).status, 401);
  EXPECT_EQ(log_in(by_name("chosen by hand"), {{"project", {{"id", "p1"}}}}).status, 401)
      << "it cannot ask for a scope";
  EXPECT_EQ(create().status, 409) << "the name is taken";
}

TEST_F(CredentialsTest, ItHasNoMoreThanItsUserAndCannotMakeMore) {
  EXPECT_EQ(create({{"roles", json::array{json::object{{"id", "r-admin"}}}}}).status, 400);
  EXPECT_EQ(create({}, "admin").status, 403) << "for another user";
  const Reply made = create();
  const std::string secret = use(made).header("X-Subject-Token");
  EXPECT_EQ(create({{"name", "more"}}, secret).status, 403);
  EXPECT_EQ(status(secret, "GET", "/users/u1/application_credentials"), 200);
  EXPECT_EQ(log_in(by_token(secret)).status, 403);
  EXPECT_EQ(as(secret, "POST", "/OS-TRUST/trusts",
               {{"trust",
                 {{"trustor_user_id", "u1"},
                  {"trustee_user_id", "u2"},
                  {"impersonation", true},
                  {"project_id", "p1"},
                  {"roles", json::array{json::object{{"id", "r-member"}}}}}}})
                .status,
            403);
  const Reply free = create({{"name", "free"}, {"unrestricted", true}});
  EXPECT_EQ(create({{"name", "third"}}, use(free).header("X-Subject-Token")).status, 201);
  EXPECT_EQ(status("admin", "DELETE", "/projects/p1/users/u1/roles/r-member"), 204);
  EXPECT_EQ(status(secret, "GET", "/auth/projects"), 401);
  EXPECT_EQ(use(made).status, 401);
}

TEST_F(CredentialsTest, ItEndsInTime) {
  const TimeUs end = clock_.now_us() + 60 * kSecondUs;
  const Reply made = create({{"expires_at", format_seconds(end)}});
  const std::string secret = use(made).header("X-Subject-Token");
  EXPECT_EQ(authorizer_.caller_of(secret)->expires_us, end);
  clock_.advance_us(60 * kSecondUs);
  EXPECT_FALSE(authorizer_.caller_of(secret));
  EXPECT_EQ(use(made).status, 401);
}

TEST_F(CredentialsTest, AccessRulesAreKeptAndEnforced) {
  const json::object rule{
      {"service", "identity"}, {"method", "GET"}, {"path", "/v3/auth/projects"}};
  const Reply made = create({{"access_rules", json::array{rule}}});
  ASSERT_EQ(made.status, 201) << made.text;
  const Reply login = use(made);
  EXPECT_EQ(
      login.body().at("token").at("application_credential").at("access_rules").as_array().size(),
      1U);
  const std::string secret = login.header("X-Subject-Token");
  EXPECT_EQ(status(secret, "GET", "/auth/projects"), 200);
  EXPECT_EQ(status(secret, "GET", "/auth/domains"), 401);
  EXPECT_EQ(status(secret, "DELETE", "/auth/tokens"), 401);
  const auto show = [&](const test::Headers& more) {
    test::Headers headers{{"x-auth-token", "admin"}, {"x-subject-token", secret}};
    headers.insert(headers.end(), more.begin(), more.end());
    return test::call(router_, "GET", "/identity/v3/auth/tokens", "", headers).status;
  };
  EXPECT_EQ(show({}), 404) << "who does not know access rules";
  EXPECT_EQ(show({{"openstack-identity-access-rules", "1.0"}}), 200);
  const json::value rules = as("ann", "GET", "/users/u1/access_rules").body();
  ASSERT_EQ(rules.at("access_rules").as_array().size(), 1U);
  const std::string id(rules.at("access_rules").as_array()[0].at("id").as_string());
  const std::string one = "/users/u1/access_rules/" + id;
  EXPECT_EQ(status("ann", "GET", one), 200);
  EXPECT_EQ(status("ann", "DELETE", one), 403) << "it is in use";
  EXPECT_EQ(create({{"name", "same"}, {"access_rules", json::array{rule}}}).status, 201);
  EXPECT_EQ(as("ann", "GET", "/users/u1/access_rules").body().at("access_rules").as_array().size(),
            1U);
  write([](WriteTx& tx) { tx.exec("DELETE FROM application_credentials"); });
  EXPECT_EQ(status("ann", "DELETE", one), 204);
  EXPECT_EQ(status("ann", "GET", one), 404);
}

TEST_F(CredentialsTest, BadCredentialsAreRefused) {
  for (const json::object& more : std::vector<json::object>{
           {{"name", ""}},
           {{"name", 5}},
           {{"expires_at", "tomorrow"}},
           {{"unrestricted", "no"}},
           {{"roles", json::array{json::object{{"colour", "x"}}}}},
           {{"secret", 5}},
           {{"access_rules",
             json::array{json::object{{"path", "x"}, {"method", "GET"}, {"service", "s"}}}}},
           {{"access_rules",
             json::array{json::object{{"path", "/"}, {"method", "LOOK"}, {"service", "s"}}}}},
           {{"access_rules", json::array{json::object{{"path", "/"}}}}},
           {{"access_rules", json::array{json::object{{"more", "/"}}}}}})
    EXPECT_EQ(create(more).status, 400) << json::serialize(more);
  EXPECT_EQ(create({{"access_rules", json::array{json::object{{"id", "none"}}}}}).status, 404);
  issue("unscoped", "u1", "");
  EXPECT_EQ(create({}, "unscoped").status, 400);
}

TEST_F(CredentialsTest, OthersDoNotSeeThem) {
  const std::string id = of(create(), "application_credential", "id");
  issue("bob", "u2", "");
  EXPECT_EQ(status("bob", "GET", "/users/u1/application_credentials"), 403);
  EXPECT_EQ(status("bob", "GET", "/users/u1/application_credentials/" + id), 403);
  EXPECT_EQ(status("bob", "GET", "/users/u2/application_credentials/" + id), 404);
  EXPECT_EQ(status("bob", "DELETE", "/users/u2/application_credentials/" + id), 404);
  EXPECT_EQ(status("admin", "GET", "/users/u1/application_credentials/" + id), 200);
}

}  // namespace
}  // namespace virga::identity
