// SPDX-License-Identifier: Apache-2.0
// /identity/v3/projects, their tags and their tree, through the router.
#include "tests/unit/api/identity_call.h"

namespace virga::identity {
namespace {

using Names = std::vector<std::string>;

class ProjectsTest : public IdentityCallTest {
 protected:
  std::string project(const std::string& name, const std::string& parent = "default") {
    return make("project", {{"name", name}, {"parent_id", parent}});
  }
  void limit_project(const std::string& id, std::int64_t most) {
    const std::string service = make("service", {{"type", "picture"}});
    const json::object what{{"service_id", service}, {"resource_name", "count"}};
    json::object registered = what;
    registered["default_limit"] = 10;
    json::object own = what;
    own["resource_limit"] = most;
    own["project_id"] = id;
    EXPECT_EQ(
        send("POST", "/registered_limits", {{"registered_limits", json::array{registered}}}).status,
        201);
    EXPECT_EQ(send("POST", "/limits", {{"limits", json::array{own}}}).status, 201);
  }
  test::Reply patch(const std::string& id, const json::object& change) {
    return send("PATCH", "/projects/" + id, {{"project", change}});
  }
};

TEST_F(ProjectsTest, ANewProjectIsShownWholeAndKeepsWhatItDoesNotKnow) {
  const json::object made = resource(send("POST", "/projects",
                                          {{"project",
                                            {{"name", " new "},
                                             {"description", "d"},
                                             {"tags", json::array{"b", "a"}},
                                             {"options", {{"immutable", false}}},
                                             {"cost-center", 7}}}}),
                                     201, "project");
  const std::string id(made.at("id").as_string());
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(made.at("name"), "new");
  EXPECT_EQ(made.at("domain_id"), "default");
  EXPECT_EQ(made.at("parent_id"), "default");
  EXPECT_EQ(made.at("is_domain"), false);
  EXPECT_EQ(made.at("enabled"), true);
  EXPECT_EQ(made.at("tags"), (json::array{"a", "b"}));
  EXPECT_EQ(made.at("cost_center"), 7) << "'-' becomes '_'";
  EXPECT_EQ(made.at("links").at("self").as_string(),
            "http://cloud:8774/identity/v3/projects/" + id);
  EXPECT_EQ(resource(get("/projects/" + id), 200, "project"), made);
}

TEST_F(ProjectsTest, RefusesBadBodies) {
  const auto projects = count("SELECT count(*) FROM projects");
  json::array many;
  for (int i = 0; i < 81; ++i) many.emplace_back("t" + std::to_string(i));
  const json::array bodies{
      json::object{},
      json::object{{"name", nullptr}},
      json::object{{"name", ""}},
      json::object{{"name", "   "}},
      json::object{{"name", 1}},
      json::object{{"name", std::string(65, 'x')}},
      json::object{{"name", "x"}, {"enabled", "yes"}},
      json::object{{"name", "x"}, {"enabled", nullptr}},
      json::object{{"name", "x"}, {"is_domain", 1}},
      json::object{{"name", "x"}, {"description", 1}},
      json::object{{"name", "x"}, {"domain_id", "none"}},
      json::object{{"name", "x"}, {"domain_id", "a/b"}},
      json::object{{"name", "x"}, {"parent_id", "none"}},
      json::object{{"name", "x"}, {"parent_id", json::array{}}},
      json::object{{"name", "x"}, {"tags", "a"}},
      json::object{{"name", "x"}, {"tags", json::array{"a", "a"}}},
      json::object{{"name", "x"}, {"tags", json::array{""}}},
      json::object{{"name", "x"}, {"tags", json::array{"a,b"}}},
      json::object{{"name", "x"}, {"tags", json::array{std::string(256, 'x')}}},
      json::object{{"name", "x"}, {"tags", many}},
      json::object{{"name", "x"}, {"options", {{"unknown", true}}}},
      json::object{{"name", "x"}, {"options", {{"immutable", "yes"}}}},
      json::object{{"name", "x"}, {"parent_id", "p3"}},  // which is disabled
      json::object{{"name", "x"}, {"is_domain", true}, {"parent_id", "p1"}},
      json::object{{"name", "x"}, {"is_domain", true}, {"domain_id", "default"}},
  };
  for (const auto& body : bodies)
    EXPECT_EQ(send("POST", "/projects", {{"project", body}}).status, 400) << json::serialize(body);
  EXPECT_EQ(send("POST", "/projects", json::array{}).status, 400);
  EXPECT_EQ(count("SELECT count(*) FROM projects"), projects);
}

TEST_F(ProjectsTest, ANameIsTakenOnceInADomain) {
  const test::Reply again = send("POST", "/projects", {{"project", {{"name", "web"}}}});
  EXPECT_EQ(again.status, 409);
  EXPECT_TRUE(message(again).starts_with("Conflict occurred attempting to store project - "))
      << message(again);
  const std::string other = project("second");
  EXPECT_EQ(patch(other, {{"name", "web"}}).status, 409);
  EXPECT_EQ(patch(other, {{"name", "second"}}).status, 200) << "its own name";
  const std::string domain = make("domain", {{"name", "d2"}});
  EXPECT_EQ(
      send("POST", "/projects", {{"project", {{"name", "web"}, {"domain_id", domain}}}}).status,
      201);
}

TEST_F(ProjectsTest, TheTreeIsFiveProjectsDeep) {
  std::string parent = "default";
  for (int depth = 1; depth <= 5; ++depth) parent = project("p-" + std::to_string(depth), parent);
  const test::Reply deeper =
      send("POST", "/projects", {{"project", {{"name", "deep"}, {"parent_id", parent}}}});
  EXPECT_EQ(deeper.status, 403);
  EXPECT_EQ(message(deeper), "Max hierarchy depth reached for " + parent + " branch.");
}

TEST_F(ProjectsTest, ShowsWhatIsAboveAndBelow) {
  const std::string a = project("a");
  const std::string b = project("b", a);
  const std::string c = project("c", b);
  const auto show = [&](const std::string& id, const std::string& query) {
    return resource(get("/projects/" + id + "?" + query), 200, "project");
  };
  EXPECT_EQ(show(c, "parents_as_ids").at("parents"),
            (json::object{{b, {{a, {{"default", nullptr}}}}}}));
  EXPECT_EQ(show(a, "subtree_as_ids").at("subtree"), (json::object{{b, {{c, nullptr}}}}));
  EXPECT_TRUE(show(c, "subtree_as_ids").at("subtree").is_null());
  EXPECT_EQ(show(a, "subtree_as_list").at("subtree").as_array().size(), 0U)
      << "the caller has no role on them";
  write([&](WriteTx& tx) {
    store::grants::insert(tx, {.role_id = "r-member", .actor_id = "u2", .target_id = b});
  });
  EXPECT_EQ(show(a, "subtree_as_list").at("subtree").as_array()[0].at("project").at("id"),
            json::value(b));
  EXPECT_EQ(show(c, "parents_as_list").at("parents").as_array().size(), 1U);
  EXPECT_FALSE(
      show(c, "parents_as_list").at("parents").at(0).at("project").as_object().contains("limits"));
  const json::value alone = show(c, "parents_as_list&include_limits").at("parents");
  EXPECT_EQ(alone.at(0).at("project").at("limits"), json::array{});
  limit_project(b, 7);
  const json::value limited = show(c, "parents_as_list&include_limits").at("parents");
  const json::value& limit = limited.at(0).at("project").at("limits").at(0);
  EXPECT_EQ(limit.at("project_id"), json::value(b));
  EXPECT_EQ(limit.at("resource_limit"), 7);
  EXPECT_EQ(limit.at("resource_name"), "count");
  EXPECT_EQ(get("/projects/" + c + "?parents_as_list&parents_as_ids").status, 400);
  EXPECT_EQ(get("/projects/" + c + "?subtree_as_list&subtree_as_ids").status, 400);
}

TEST_F(ProjectsTest, EnablingAndDisablingFollowTheTree) {
  const std::string a = project("a");
  const std::string b = project("b", a);
  EXPECT_EQ(message(patch(a, {{"enabled", false}})),
            "Cannot disable project " + a + " since its subtree contains enabled projects.");
  EXPECT_EQ(patch(b, {{"enabled", false}}).status, 200);
  EXPECT_EQ(patch(a, {{"enabled", false}}).status, 200);
  EXPECT_EQ(message(patch(b, {{"enabled", true}})),
            "Cannot enable project " + b + " since it has disabled parents");
  EXPECT_EQ(patch(a, {{"enabled", true}}).status, 200);
  EXPECT_EQ(patch(b, {{"enabled", true}}).status, 200);
}

TEST_F(ProjectsTest, ItsPlaceDoesNotChange) {
  const std::string a = project("a");
  EXPECT_EQ(patch(a, {{"domain_id", "other"}}).status, 400);
  EXPECT_EQ(patch(a, {{"parent_id", "p1"}}).status, 403);
  EXPECT_EQ(patch(a, {{"is_domain", true}}).status, 400);
  EXPECT_EQ(patch(a, {{"id", "x"}}).status, 400);
  EXPECT_EQ(patch(a, json::object()).status, 400);
  EXPECT_EQ(patch(a, {{"domain_id", "default"}, {"parent_id", "default"}}).status, 200);
}

TEST_F(ProjectsTest, AnImmutableOneStays) {
  const std::string a = make("project", {{"name", "a"}, {"options", {{"immutable", true}}}});
  EXPECT_EQ(patch(a, {{"name", "b"}}).status, 403);
  EXPECT_EQ(send("DELETE", "/projects/" + a).status, 403);
  EXPECT_EQ(send("PUT", "/projects/" + a + "/tags/x").status, 403);
  EXPECT_EQ(patch(a, {{"options", {{"immutable", nullptr}}}}).status, 200);
  EXPECT_EQ(send("DELETE", "/projects/" + a).status, 204);
}

TEST_F(ProjectsTest, OnlyALeafIsRemovedAndEndsItsTokensAndGrants) {
  const std::string a = project("a");
  const std::string b = project("b", a);
  const test::Reply refused = send("DELETE", "/projects/" + a);
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(message(refused).find("is not a leaf in the hierarchy"), std::string::npos);
  write([&](WriteTx& tx) {
    store::grants::insert(tx, {.role_id = "r-member", .actor_id = "u1", .target_id = b});
  });
  issue("in-b", "u1", b);
  EXPECT_TRUE(authorizer_.caller_of("in-b"));
  EXPECT_EQ(
      resource(send("PATCH", "/users/u1", {{"user", {{"default_project_id", b}}}}), 200, "user")
          .at("default_project_id"),
      json::value(b));
  EXPECT_EQ(send("DELETE", "/projects/" + b).status, 204);
  EXPECT_FALSE(authorizer_.caller_of("in-b"));
  EXPECT_EQ(count("SELECT count(*) FROM grants WHERE target_id NOT IN (SELECT id FROM projects)"),
            0);
  EXPECT_FALSE(resource(get("/users/u1"), 200, "user").contains("default_project_id"));
  EXPECT_EQ(get("/projects/" + b).status, 404);
  EXPECT_EQ(message(get("/projects/" + b)), "Could not find project: " + b + ".");
  EXPECT_EQ(send("DELETE", "/projects/" + b).status, 404);
}

TEST_F(ProjectsTest, ListsAreFiltered) {
  const std::string a = make("project", {{"name", "alpha"}, {"tags", json::array{"x", "y"}}});
  make("project", {{"name", "beta"}, {"tags", json::array{"x"}}, {"parent_id", a}});
  EXPECT_EQ(names("/projects?name=alpha", "projects"), Names{"alpha"});
  EXPECT_EQ(names("/projects?parent_id=" + a, "projects"), Names{"beta"});
  EXPECT_EQ(names("/projects?enabled=false", "projects"), Names{"closed"});
  EXPECT_EQ(names("/projects?name__istartswith=AL", "projects"), Names{"alpha"});
  EXPECT_EQ(names("/projects?tags=x,y", "projects"), Names{"alpha"});
  EXPECT_EQ(names("/projects?tags-any=y,z", "projects"), Names{"alpha"});
  EXPECT_EQ(names("/projects?tags=x&not-tags=x,y", "projects"), Names{"beta"});
  EXPECT_EQ(names("/projects?tags=x&not-tags-any=y", "projects"), Names{"beta"});
  EXPECT_EQ(names("/projects?domain_id=none", "projects"), Names{});
  EXPECT_EQ(names("/projects?is_domain=true", "projects"), Names{"Default"});
  EXPECT_EQ(names("/projects", "projects").size(), 5U);
  EXPECT_EQ(names("/projects?limit=2", "projects").size(), 2U);
}

TEST_F(ProjectsTest, TagsComeAndGo) {
  const std::string tags = "/projects/p1/tags";
  const test::Reply added = send("PUT", tags + "/one%20two");
  EXPECT_EQ(added.status, 201);
  EXPECT_EQ(added.header("Location"), "http://cloud:8774/identity/v3" + tags + "/one%20two");
  EXPECT_EQ(send("PUT", tags + "/one%20two").status, 400) << "not twice";
  EXPECT_EQ(send("HEAD", tags + "/one%20two").status, 204);
  EXPECT_EQ(get(tags + "/other").status, 404);
  EXPECT_EQ(send("PUT", tags + "/a%2Cb").status, 400);
  EXPECT_EQ(send("PUT", tags + "/a%2Fb").status, 400);
  EXPECT_EQ(send("PUT", tags, {{"tags", json::array{"b", "c"}}}).body().at("tags"),
            (json::array{"b", "c"}));
  EXPECT_EQ(send("PUT", tags, json::object()).status, 400);
  EXPECT_EQ(send("DELETE", tags + "/b").status, 204);
  EXPECT_EQ(send("DELETE", tags + "/b").status, 404);
  EXPECT_EQ(get(tags).body().at("tags"), json::array{"c"});
  EXPECT_EQ(send("DELETE", tags).status, 204);
  EXPECT_EQ(get(tags).body().at("tags"), json::array());
}

TEST_F(ProjectsTest, AMemberSeesHisOwnProjectOnly) {
  EXPECT_EQ(get("/projects/p1", "ann").status, 200);
  EXPECT_EQ(get("/projects/p2", "ann").status, 403);
  EXPECT_EQ(get("/projects/none", "ann").status, 403) << "not yours looks like not there";
  EXPECT_EQ(get("/projects", "ann").status, 403);
  EXPECT_EQ(send("POST", "/projects", {{"project", {{"name", "x"}}}}, "ann").status, 403);
  EXPECT_EQ(send("PATCH", "/projects/p1", {{"project", {{"name", "x"}}}}, "ann").status, 403);
  EXPECT_EQ(send("DELETE", "/projects/p1", nullptr, "ann").status, 403);
  EXPECT_EQ(send("PUT", "/projects/p1/tags/x", nullptr, "ann").status, 403);
  EXPECT_EQ(get("/projects/p1/tags", "ann").status, 200);
}

TEST_F(ProjectsTest, ADomainActsAsAProject) {
  const std::string id = make("project", {{"name", "acting"}, {"is_domain", true}});
  const json::object shown = resource(get("/projects/" + id), 200, "project");
  EXPECT_EQ(shown.at("is_domain"), true);
  EXPECT_TRUE(shown.at("domain_id").is_null());
  EXPECT_TRUE(shown.at("parent_id").is_null());
  EXPECT_EQ(resource(get("/domains/" + id), 200, "domain").at("name"), "acting");
  EXPECT_EQ(send("PUT", "/projects/" + id + "/tags/x").status, 201);
  EXPECT_EQ(resource(get("/domains/" + id), 200, "domain").at("tags"), json::array{"x"});
  EXPECT_EQ(send("DELETE", "/projects/" + id).status, 403) << "enabled";
  EXPECT_EQ(patch(id, {{"enabled", false}}).status, 200);
  EXPECT_EQ(send("DELETE", "/projects/" + id).status, 204);
  EXPECT_EQ(get("/domains/" + id).status, 404);
}

}  // namespace
}  // namespace virga::identity
