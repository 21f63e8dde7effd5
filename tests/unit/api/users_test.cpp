// SPDX-License-Identifier: Apache-2.0
// /identity/v3/users, through the router.
#include "tests/unit/api/identity_call.h"

namespace virga::identity {
namespace {

using Names = std::vector<std::string>;

class UsersTest : public IdentityCallTest {
 protected:
  /// Hashing is slow: one hash for all tests.
  void give_password(const std::string& user) {
    static const std::string hash = Passwords().hash("s3cret");
    write([&](WriteTx& tx) { store::users::set_password_hash(tx, user, hash); });
  }
  std::string hash_of(const std::string& user) {
    return db_.read([&](store::ReadTx& tx) { return store::users::find(tx, user)->password_hash; });
  }
  test::Reply patch(const std::string& id, const json::object& change) {
    return send("PATCH", "/users/" + id, {{"user", change}});
  }
  test::Reply change_password(const std::string& id, const json::object& user) {
    return test::call(router_, "POST", "/identity/v3/users/" + id + "/password",
                      json::serialize(json::object{{"user", user}}));
  }
};

TEST_F(UsersTest, ANewUserIsShownWithoutHisPassword) {
  const test::Reply reply = send("POST", "/users",
                                 {{"user",
                                   {{"name", "carl"},
                                    {"password", "pässword"},
                                    {"email", "c@example.org"},
                                    {"description", nullptr},
                                    {"default_project_id", "p1"},
                                    {"options", {{"lock_password", true}}}}}});
  const json::object made = resource(reply, 201, "user");
  const std::string id(made.at("id").as_string());
  EXPECT_EQ(made,
            (json::object{{"id", id},
                          {"name", "carl"},
                          {"domain_id", "default"},
                          {"enabled", true},
                          {"default_project_id", "p1"},
                          {"password_expires_at", nullptr},
                          {"options", {{"lock_password", true}}},
                          {"email", "c@example.org"},
                          {"description", nullptr},
                          {"links", {{"self", "http://cloud:8774/identity/v3/users/" + id}}}}));
  EXPECT_EQ(resource(get("/users/" + id), 200, "user"), made);
  const std::string hash = hash_of(id);
  EXPECT_TRUE(hash.starts_with("$argon2id$"));
  EXPECT_TRUE(passwords_.verify(hash, "pässword"));
  EXPECT_EQ(get("/users").text.find("argon2"), std::string::npos);
}

TEST_F(UsersTest, RefusesBadBodies) {
  const auto users = count("SELECT count(*) FROM users");
  const auto rules = [](const char* value) {
    return json::object{{"name", "x"},
                        {"options", {{"multi_factor_auth_rules", json::parse(value)}}}};
  };
  const json::array bodies{
      json::object{},
      json::object{{"name", nullptr}},
      json::object{{"name", ""}},
      json::object{{"name", "\t "}},
      json::object{{"name", std::string(256, 'x')}},
      json::object{{"name", "x"}, {"enabled", "true"}},
      json::object{{"name", "x"}, {"password", 12}},
      json::object{{"name", "x"}, {"password", json::array{}}},
      json::object{{"name", "x"}, {"domain_id", nullptr}},
      json::object{{"name", "x"}, {"domain_id", ""}},
      json::object{{"name", "x"}, {"default_project_id", 1}},
      json::object{{"name", "x"}, {"default_project_id", "default"}},
      json::object{{"name", "x"}, {"description", 1}},
      json::object{{"name", "x"}, {"options", {{"lock_password", "yes"}}}},
      json::object{{"name", "x"}, {"options", {{"unknown", true}}}},
      json::object{{"name", "x"}, {"options", json::array{}}},
      json::object{{"name", "x"}, {"federated", "x"}},
      json::object{{"name", "x"}, {"federated", json::array{json::object{{"idp_id", "i"}}}}},
      rules(R"("password")"),
      rules(R"(["password"])"),
      rules("[[]]"),
      rules("[[1]]"),
      rules(R"([["a", "a"]])"),
      rules(R"([["a"], ["a"]])"),
  };
  for (const auto& body : bodies)
    EXPECT_EQ(send("POST", "/users", {{"user", body}}).status, 400) << json::serialize(body);
  EXPECT_EQ(send("POST", "/users", {{"user", {{"name", "x"}, {"domain_id", "none"}}}}).status, 404);
  EXPECT_EQ(
      send("POST", "/users", {{"user", {{"name", "x"}, {"password", std::string(4097, 'x')}}}})
          .status,
      403);
  EXPECT_EQ(send("POST", "/users", {{"user", {{"name", "ann"}}}}).status, 409);
  EXPECT_EQ(count("SELECT count(*) FROM users"), users);
}

TEST_F(UsersTest, AChangeMergesWhatItNames) {
  EXPECT_EQ(patch("u1", {{"email", "a@x"}, {"options", {{"lock_password", true}}}}).status, 200);
  const json::object changed =
      resource(patch("u1", {{"name", "anna"}, {"options", {{"ignore_password_expiry", true}}}}),
               200, "user");
  EXPECT_EQ(changed.at("email"), "a@x");
  EXPECT_EQ(changed.at("options"),
            (json::object{{"ignore_password_expiry", true}, {"lock_password", true}}));
  EXPECT_EQ(
      resource(patch("u1", {{"options", {{"lock_password", nullptr}}}}), 200, "user").at("options"),
      (json::object{{"ignore_password_expiry", true}}));
  EXPECT_EQ(patch("u1", json::object()).status, 400);
  EXPECT_EQ(patch("u1", {{"id", "other"}}).status, 400);
  EXPECT_EQ(patch("u1", {{"domain_id", "other"}}).status, 400);
  EXPECT_EQ(patch("u1", {{"name", "bob"}}).status, 409);
  EXPECT_EQ(patch("none", {{"name", "x"}}).status, 404);
}

TEST_F(UsersTest, ANewPasswordAndDisablingEndTokensAtOnce) {
  EXPECT_TRUE(authorizer_.caller_of("ann"));
  EXPECT_EQ(patch("u1", {{"description", "x"}}).status, 200);
  EXPECT_TRUE(authorizer_.caller_of("ann"));
  EXPECT_EQ(patch("u1", {{"password", "another"}}).status, 200);
  EXPECT_FALSE(authorizer_.caller_of("ann"));
  issue("again", "u1", "p1");
  EXPECT_EQ(patch("u1", {{"enabled", false}}).status, 200);
  EXPECT_FALSE(authorizer_.caller_of("again"));
  EXPECT_EQ(patch("u1", {{"enabled", true}}).status, 200);
  EXPECT_FALSE(authorizer_.caller_of("again")) << "does not come back";
  EXPECT_EQ(patch("u1", {{"password", nullptr}}).status, 200);
  EXPECT_EQ(hash_of("u1"), "");
}

TEST_F(UsersTest, AUserChangesHisPasswordWithoutAToken) {
  give_password("u1");
  issue("ann2", "u1", "p1");
  const json::object right{{"original_password", "s3cret"}, {"password", "n3w"}};
  const test::Reply wrong =
      change_password("u1", {{"original_password", "wrong"}, {"password", "n3w"}});
  EXPECT_EQ(wrong.status, 401);
  const test::Reply unknown = change_password("nobody", right);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(unknown.text, wrong.text) << "an unknown user looks like a wrong password";
  EXPECT_TRUE(authorizer_.caller_of("ann2"));
  EXPECT_EQ(change_password("u1", right).status, 204);
  EXPECT_TRUE(passwords_.verify(hash_of("u1"), "n3w"));
  EXPECT_FALSE(authorizer_.caller_of("ann2"));
  EXPECT_EQ(change_password("u1", right).status, 401) << "it is not the password any more";
}

TEST_F(UsersTest, RefusesBadPasswordChanges) {
  give_password("u1");
  for (const json::object& body : std::initializer_list<json::object>{
           {},
           {{"password", "x"}},
           {{"original_password", "s3cret"}},
           {{"original_password", nullptr}, {"password", "x"}},
           {{"original_password", "s3cret"}, {"password", 1}},
           {{"original_password", "s3cret"}, {"password", "x"}, {"more", 1}}})
    EXPECT_EQ(change_password("u1", body).status, 400) << json::serialize(body);
  const json::object right{{"original_password", "s3cret"}, {"password", "n3w"}};
  patch("u1", {{"options", {{"lock_password", true}}}});
  EXPECT_EQ(change_password("u1", right).status, 400);
  patch("u1", {{"options", {{"lock_password", false}}}, {"enabled", false}});
  EXPECT_EQ(change_password("u1", right).status, 401);
  EXPECT_EQ(get("/users/u1/password").status, 405);
  EXPECT_TRUE(passwords_.verify(hash_of("u1"), "s3cret"));
}

TEST_F(UsersTest, GuessingByPasswordChangesLocksTheAccountForThePeer) {
  give_password("u1");
  const json::object wrong{{"original_password", "wrong"}, {"password", "n3w"}};
  const json::object right{{"original_password", "s3cret"}, {"password", "n3w"}};
  for (int i = 0; i < LockoutLimits{}.account_failures; ++i)
    EXPECT_EQ(change_password("u1", wrong).status, 401);
  EXPECT_EQ(change_password("u1", right).status, 401) << "locked, as for logins";
  clock_.advance_us(LockoutLimits{}.account_lock_us + kSecondUs);
  EXPECT_EQ(change_password("u1", right).status, 204);
}

TEST_F(UsersTest, ARemovedUserLeavesNothing) {
  const std::string group = make("group", {{"name", "g"}});
  EXPECT_EQ(send("PUT", "/groups/" + group + "/users/u1").status, 204);
  EXPECT_EQ(send("DELETE", "/users/u1").status, 204);
  EXPECT_FALSE(authorizer_.caller_of("ann"));
  EXPECT_EQ(count("SELECT count(*) FROM grants WHERE actor_id = 'u1'"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM group_members"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM tokens WHERE user_id = 'u1'"), 0);
  EXPECT_EQ(send("DELETE", "/users/u1").status, 404);
  EXPECT_EQ(message(get("/users/u1")), "Could not find user: u1.");
}

TEST_F(UsersTest, ListsAreFilteredAndPaged) {
  patch("u1", {{"enabled", false}});
  EXPECT_EQ(names("/users", "users"), (Names{"ann", "bob"}));
  EXPECT_EQ(names("/users?name=bob", "users"), Names{"bob"});
  EXPECT_EQ(names("/users?name__contains=n", "users"), Names{"ann"});
  EXPECT_EQ(names("/users?enabled=0", "users"), Names{"ann"});
  EXPECT_EQ(names("/users?domain_id=none", "users"), Names{});
  EXPECT_EQ(names("/users?idp_id=any", "users"), Names{});
  EXPECT_EQ(names("/users?unknown=x", "users").size(), 2U);
  EXPECT_EQ(names("/users?limit=1", "users"), Names{"ann"});
  EXPECT_EQ(names("/users?limit=1&marker=u1", "users"), Names{"bob"});
  EXPECT_TRUE(get("/users?limit=1&marker=u1").body().at("links").at("next").is_null());
}

TEST_F(UsersTest, FiltersByThePasswordsEnd) {
  write([](WriteTx& tx) {
    tx.exec("UPDATE users SET password_expires_us = $1 WHERE id = 'u1'",
            std::int64_t{1'478'446'337} * kSecondUs);  // 2016-11-06T15:32:17Z
  });
  const auto with = [&](const std::string& filter) {
    return names("/users?password_expires_at=" + filter, "users");
  };
  EXPECT_EQ(with("lt:2016-11-06T15:32:18Z"), Names{"ann"});
  EXPECT_EQ(with("lt:2016-11-06T15:32:17Z"), Names{});
  EXPECT_EQ(with("lte:2016-11-06T15:32:17Z"), Names{"ann"});
  EXPECT_EQ(with("gt:2016-11-06T15:32:16.5Z"), Names{"ann"});
  EXPECT_EQ(with("2016-11-06T15:32:17Z"), Names{"ann"});
  EXPECT_EQ(with("neq:2016-11-06T15:32:17Z"), Names{});
  EXPECT_EQ(resource(get("/users/u1"), 200, "user").at("password_expires_at"),
            "2016-11-06T15:32:17.000000Z");
  for (const char* bad : {"", "x", "lt:", "xy:2016-11-06T15:32:17Z", "2016-13-06T15:32:17Z",
                          "2016-11-06", "lt:2016-11-06T15:32:17Zx"})
    EXPECT_EQ(get("/users?password_expires_at=" + std::string(bad)).status, 400) << bad;
}

TEST_F(UsersTest, ShowsProjectsHeldInAnyWay) {
  const std::string below = make("project", {{"name", "below"}, {"parent_id", "p2"}});
  const std::string group = make("group", {{"name", "g"}});
  send("PUT", "/groups/" + group + "/users/u1");
  write([&](WriteTx& tx) {
    store::grants::insert(
        tx, {.role_id = "r-member", .actor_id = "u1", .target_id = "p2", .inherited = true});
  });
  EXPECT_EQ(names("/users/u1/projects", "projects"), (Names{"below", "closed", "web"}));
  EXPECT_EQ(names("/users/u1/projects?enabled=false", "projects"), Names{"closed"});
  EXPECT_EQ(names("/users/u1/projects", "projects", "ann").size(), 3U) << "his own";
  EXPECT_EQ(get("/users/u2/projects", "ann").status, 403);
  EXPECT_EQ(names("/users/u1/groups", "groups", "ann"), Names{"g"});
  EXPECT_TRUE(get("/users/u1/groups")
                  .body()
                  .at("groups")
                  .as_array()[0]
                  .at("membership_expires_at")
                  .is_null());
  EXPECT_EQ(get("/users/none/groups").status, 404);
  write([&](WriteTx& tx) {
    store::grants::insert(tx, {.role_id = "r-member",
                               .actor_kind = model::ActorKind::group,
                               .actor_id = group,
                               .target_kind = model::TargetKind::domain,
                               .target_id = "default",
                               .inherited = true});
  });
  EXPECT_EQ(names("/users/u1/projects", "projects"), (Names{"below", "closed", "other", "web"}));
}

TEST_F(UsersTest, AMemberSeesOnlyHimself) {
  EXPECT_EQ(get("/users/u1", "ann").status, 200);
  EXPECT_EQ(get("/users/u2", "ann").status, 403);
  EXPECT_EQ(get("/users/none", "ann").status, 403);
  EXPECT_EQ(get("/users", "ann").status, 403);
  EXPECT_EQ(send("POST", "/users", {{"user", {{"name", "x"}}}}, "ann").status, 403);
  EXPECT_EQ(send("PATCH", "/users/u1", {{"user", {{"name", "x"}}}}, "ann").status, 403);
  EXPECT_EQ(send("DELETE", "/users/u1", nullptr, "ann").status, 403);
  EXPECT_EQ(get("/users", "nobody").status, 401);
}

}  // namespace
}  // namespace virga::identity
