// SPDX-License-Identifier: Apache-2.0
// /identity/v3/domains and their options, through the router.
#include "tests/unit/api/identity_call.h"

namespace virga::identity {
namespace {

class DomainsTest : public IdentityCallTest {};

TEST_F(DomainsTest, ADomainIsMadeShownAndChanged) {
  const std::string wanted(32, 'a');
  const json::object made =
      resource(send("POST", "/domains",
                    {{"domain", {{"name", "d"}, {"explicit_domain_id", wanted}, {"k", "v"}}}}),
               201, "domain");
  EXPECT_EQ(made.at("id"), json::value(wanted));
  EXPECT_EQ(made.at("k"), "v");
  EXPECT_EQ(made.at("options"), json::object());
  EXPECT_FALSE(made.contains("parent_id"));
  EXPECT_EQ(send("POST", "/domains", {{"domain", {{"name", "d"}}}}).status, 409);
  EXPECT_EQ(send("POST", "/domains", {{"domain", {{"name", "e"}, {"explicit_domain_id", wanted}}}})
                .status,
            409);
  EXPECT_EQ(send("POST", "/domains", {{"domain", {{"name", "e"}, {"explicit_domain_id", "short"}}}})
                .status,
            400);
  EXPECT_EQ(resource(send("PATCH", "/domains/" + wanted, {{"domain", {{"description", "x"}}}}), 200,
                     "domain")
                .at("description"),
            "x");
  EXPECT_EQ(names("/domains?name=d", "domains"), std::vector<std::string>{"d"});
  EXPECT_EQ(get("/domains/default", "ann").status, 200) << "of his own project";
  EXPECT_EQ(get("/domains/" + wanted, "ann").status, 403);
}

TEST_F(DomainsTest, RefusesBadBodies) {
  const json::array bodies{
      json::object{},
      json::object{{"name", ""}},
      json::object{{"name", std::string(65, 'x')}},
      json::object{{"name", "Federated"}},
      json::object{{"name", "x"}, {"enabled", 1}},
      json::object{{"name", "x"}, {"tags", json::array{"a", "a"}}},
      json::object{{"name", "x"}, {"description", json::array{}}},
  };
  for (const auto& body : bodies)
    EXPECT_EQ(send("POST", "/domains", {{"domain", body}}).status, 400) << json::serialize(body);
  EXPECT_EQ(send("PATCH", "/domains/default", {{"domain", json::object()}}).status, 400);
  EXPECT_EQ(send("PATCH", "/domains/none", {{"domain", {{"name", "x"}}}}).status, 404);
}

TEST_F(DomainsTest, ItGoesWithAllThatIsInIt) {
  const std::string id = make("domain", {{"name", "d"}});
  const std::string project = make("project", {{"name", "p"}, {"domain_id", id}});
  make("project", {{"name", "q"}, {"domain_id", id}, {"parent_id", project}});
  const std::string user = make("user", {{"name", "u"}, {"domain_id", id}});
  const std::string group = make("group", {{"name", "g"}, {"domain_id", id}});
  EXPECT_EQ(send("PUT", "/groups/" + group + "/users/" + user).status, 204);
  write([&](WriteTx& tx) {
    store::roles::insert(tx, {.id = "r-d", .name = "own", .domain_id = id});
    store::grants::insert(tx, {.role_id = "r-member", .actor_id = user, .target_id = project});
    store::grants::insert(tx, {.role_id = "r-d", .actor_id = "u1", .target_id = project});
  });
  issue("inside", user, project);
  issue("guest", "u1", project);
  EXPECT_EQ(send("DELETE", "/domains/" + id).status, 403);
  EXPECT_EQ(send("PATCH", "/domains/" + id, {{"domain", {{"enabled", false}}}}).status, 200);
  EXPECT_FALSE(authorizer_.caller_of("inside"));
  EXPECT_EQ(send("DELETE", "/domains/" + id).status, 204);
  EXPECT_FALSE(authorizer_.caller_of("guest"));
  for (const std::string kind : {"projects", "users", "groups"})
    EXPECT_TRUE(names("/" + kind + "?domain_id=" + id, kind.c_str()).empty()) << kind;
  EXPECT_EQ(count("SELECT count(*) FROM roles WHERE id = 'r-d'"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM group_members"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM tokens"), 2) << "admin and ann";
  EXPECT_EQ(count("SELECT count(*) FROM grants"), 3) << "of the fixture";
}

class DomainConfigTest : public IdentityCallTest {
 protected:
  const std::string config_ = "/domains/default/config";
  test::Reply put(const json::object& config) { return send("PUT", config_, {{"config", config}}); }
};

TEST_F(DomainConfigTest, OptionsAreKeptAndSensitiveOnesHidden) {
  EXPECT_EQ(get(config_).status, 404);
  const json::object ldap{{"url", "ldap://a"}, {"password", "s3cret"}, {"page_size", 5}};
  const test::Reply made = put({{"ldap", ldap}, {"identity", {{"driver", "ldap"}}}});
  EXPECT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.text.find("s3cret"), std::string::npos);
  EXPECT_EQ(count("SELECT count(*) FROM domain_config WHERE value LIKE '%s3cret%'"), 0) << "sealed";
  EXPECT_EQ(get(config_).body().at("config"),
            (json::object{{"identity", {{"driver", "ldap"}}},
                          {"ldap", {{"page_size", 5}, {"url", "ldap://a"}}}}));
  EXPECT_EQ(get(config_ + "/ldap/url").body().at("config"), (json::object{{"url", "ldap://a"}}));
  EXPECT_EQ(get(config_ + "/ldap/password").status, 404);
  EXPECT_EQ(send("PATCH", config_ + "/ldap/url", {{"config", {{"url", "ldap://b"}}}}).status, 200);
  EXPECT_EQ(get(config_ + "/ldap").body().at("config").at("ldap").at("url"), "ldap://b");
  EXPECT_EQ(send("DELETE", config_ + "/ldap/url").status, 204);
  EXPECT_EQ(send("DELETE", config_ + "/ldap/url").status, 404);
  EXPECT_EQ(put({{"identity", {{"driver", "sql"}}}}).status, 200) << "replaced";
  EXPECT_EQ(get(config_ + "/ldap").status, 404);
  EXPECT_EQ(send("DELETE", config_).status, 204);
  EXPECT_EQ(get(config_).status, 404);
}

TEST_F(DomainConfigTest, RefusesWhatIsNoOption) {
  EXPECT_EQ(put(json::object()).status, 403);
  EXPECT_EQ(put({{"database", {{"url", "x"}}}}).status, 403);
  EXPECT_EQ(put({{"ldap", {{"unknown", "x"}}}}).status, 403);
  EXPECT_EQ(put({{"ldap", "x"}}).status, 403);
  EXPECT_EQ(send("PUT", "/domains/none/config", {{"config", {{"ldap", {{"url", "x"}}}}}}).status,
            404);
  put({{"ldap", {{"url", "x"}}}});
  EXPECT_EQ(
      send("PATCH", config_ + "/identity", {{"config", {{"identity", {{"driver", "x"}}}}}}).status,
      404);
  EXPECT_EQ(
      send("PATCH", config_ + "/ldap", {{"config", {{"identity", {{"driver", "x"}}}}}}).status,
      403);
  EXPECT_EQ(get(config_ + "/other").status, 403);
  EXPECT_EQ(get(config_, "ann").status, 403);
}

TEST_F(DomainConfigTest, ShowsTheDefaults) {
  const json::value all = get("/domains/config/default").body();
  EXPECT_EQ(all.at("config").at("identity").at("driver"), "sql");
  EXPECT_FALSE(all.at("config").at("ldap").as_object().contains("password"));
  EXPECT_EQ(get("/domains/config/ldap/default").body().at("config").at("ldap").as_object().size(),
            49U);
  EXPECT_EQ(get("/domains/config/ldap/url/default").body().at("config"),
            (json::object{{"url", "ldap://localhost"}}));
  EXPECT_EQ(get("/domains/config/ldap/password/default").status, 403);
  EXPECT_EQ(get("/domains/config/other/default").status, 403);
  EXPECT_EQ(get(config_ + "/security_compliance", "ann").status, 200);
  EXPECT_EQ(get(config_ + "/security_compliance/password_regex", "ann").status, 200);
  EXPECT_EQ(get(config_ + "/security_compliance/lockout", "ann").status, 403);
}

}  // namespace
}  // namespace virga::identity
