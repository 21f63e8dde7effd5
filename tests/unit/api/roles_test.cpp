// SPDX-License-Identifier: Apache-2.0
// Roles, implied roles, grants and role assignments, through the router.
#include "tests/unit/api/identity_routes.h"

namespace virga::identity {
namespace {

using test::Reply;

class RolesTest : public RoutesTest {
 protected:
  std::string create(const std::string& name, json::object more = {}) {
    more["name"] = name;
    const Reply r = as("admin", "POST", "/roles", {{"role", more}});
    EXPECT_EQ(r.status, 201) << r.text;
    return of(r, "role", "id");
  }
  std::size_t count(const std::string& query) {
    const Reply r = as("admin", "GET", "/role_assignments" + query);
    EXPECT_EQ(r.status, 200) << r.text;
    return r.status == 200 ? r.body().at("role_assignments").as_array().size() : 9999;
  }
};

TEST_F(RolesTest, ARoleLivesFromCreateToDelete) {
  const Reply made = as("admin", "POST", "/roles",
                        {{"role", {{"name", "ops"}, {"description", "d"}, {"color", "red"}}}});
  ASSERT_EQ(made.status, 201) << made.text;
  const json::value role = made.body().at("role");
  EXPECT_EQ(role.at("domain_id"), nullptr);
  EXPECT_EQ(role.at("options"), json::object());
  EXPECT_EQ(role.at("color"), "red") << "unknown attributes are kept";
  const std::string id = of(made, "role", "id");
  EXPECT_EQ(role.at("links").at("self").as_string(), "http://cloud:8774/identity/v3/roles/" + id);
  EXPECT_EQ(as("admin", "GET", "/roles/" + id).body(), made.body());
  const Reply changed = as("admin", "PATCH", "/roles/" + id, {{"role", {{"name", "ops2"}}}});
  EXPECT_EQ(of(changed, "role", "name"), "ops2");
  EXPECT_EQ(names(as("admin", "GET", "/roles"), "roles"),
            (std::vector<std::string>{"admin", "member", "ops2"}));
  EXPECT_EQ(names(as("admin", "GET", "/roles?name=ops2"), "roles"),
            std::vector<std::string>{"ops2"});
  EXPECT_EQ(status("admin", "DELETE", "/roles/" + id), 204);
  EXPECT_EQ(status("admin", "GET", "/roles/" + id), 404);
  EXPECT_EQ(status("admin", "DELETE", "/roles/" + id), 404);
}

TEST_F(RolesTest, BadRolesAreRefused) {
  for (const json::value& role :
       {json::value(json::object()), json::value({{"name", ""}}), json::value({{"name", " "}}),
        json::value({{"name", std::string(256, 'x')}}), json::value({{"name", 5}}),
        json::value({{"name", "x"}, {"options", {{"colour", true}}}}),
        json::value({{"name", "x"}, {"options", {{"immutable", "yes"}}}}),
        json::value({{"name", "x"}, {"description", 5}}), json::value(5)})
    EXPECT_EQ(status("admin", "POST", "/roles", {{"role", role}}), 400) << json::serialize(role);
  EXPECT_EQ(status("admin", "POST", "/roles", {{"role", {{"name", "member"}}}}), 409);
  EXPECT_EQ(status("admin", "POST", "/roles", {{"role", {{"name", "x"}, {"domain_id", "no"}}}}),
            404);
  EXPECT_EQ(status("admin", "PATCH", "/roles/r-member", {{"role", json::object()}}), 400);
  EXPECT_EQ(status("admin", "PATCH", "/roles/r-member", {{"role", {{"name", "admin"}}}}), 409);
  EXPECT_EQ(status("admin", "PATCH", "/roles/r-member", {{"role", {{"domain_id", "default"}}}}),
            400);
}

TEST_F(RolesTest, OnlyAdministratorsDealWithRoles) {
  EXPECT_EQ(status("ann", "POST", "/roles", {{"role", {{"name", "x"}}}}), 403);
  EXPECT_EQ(status("ann", "GET", "/roles"), 403);
  EXPECT_EQ(status("ann", "GET", "/roles/r-member"), 403);
  EXPECT_EQ(status("ann", "DELETE", "/roles/r-member"), 403);
  EXPECT_EQ(status("ann", "PUT", "/projects/p1/users/u1/roles/r-admin"), 403);
  EXPECT_EQ(status("ann", "PUT", "/system/users/u1/roles/r-admin"), 403);
  EXPECT_EQ(status("ann", "GET", "/role_assignments"), 403);
}

TEST_F(RolesTest, AnImmutableRoleStays) {
  const std::string id = create("fixed", {{"options", {{"immutable", true}}}});
  EXPECT_EQ(status("admin", "DELETE", "/roles/" + id), 403);
  EXPECT_EQ(status("admin", "PATCH", "/roles/" + id, {{"role", {{"name", "other"}}}}), 403);
  EXPECT_EQ(
      status("admin", "PATCH", "/roles/" + id, {{"role", {{"options", {{"immutable", false}}}}}}),
      200);
  EXPECT_EQ(status("admin", "DELETE", "/roles/" + id), 204);
}

TEST_F(RolesTest, RolesOfADomainAreListedApart) {
  const std::string id = create("member", {{"domain_id", "default"}});
  EXPECT_EQ(names(as("admin", "GET", "/roles?domain_id=default"), "roles"),
            std::vector<std::string>{"member"});
  EXPECT_EQ(names(as("admin", "GET", "/roles"), "roles"),
            (std::vector<std::string>{"admin", "member"}));
  write([](WriteTx& tx) {
    store::domains::insert(tx, model::Domain{"d2", "Two", "", true});
    store::projects::insert(tx, model::Project{"p9", "d2", "far", "", true});
  });
  EXPECT_EQ(status("admin", "PUT", "/projects/p2/users/u1/roles/" + id), 204);
  EXPECT_EQ(status("admin", "PUT", "/projects/p9/users/u1/roles/" + id), 403);
  EXPECT_EQ(status("admin", "PUT", "/system/users/u1/roles/" + id), 400);
}

TEST_F(RolesTest, RolesImplyOthers) {
  const std::string path = "/roles/r-member/implies/" + create("reader");
  const Reply made = as("admin", "PUT", path);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.body().at("role_inference").at("implies").at("name"), "reader");
  EXPECT_EQ(made.body().at("role_inference").at("prior_role").at("id"), "r-member");
  EXPECT_EQ(status("admin", "GET", path), 200);
  EXPECT_EQ(status("admin", "HEAD", path), 204);
  const json::value listed = as("admin", "GET", "/roles/r-member/implies").body();
  EXPECT_EQ(listed.at("role_inference").at("implies").as_array().size(), 1U);
  const json::value all = as("admin", "GET", "/role_inferences").body();
  EXPECT_EQ(all.at("role_inferences").as_array().size(), 1U);
  EXPECT_TRUE(authorizer_.caller_of("ann")->has_role("reader")) << "at once";
  EXPECT_EQ(status("admin", "DELETE", path), 204);
  EXPECT_EQ(status("admin", "GET", path), 404);
  EXPECT_EQ(status("admin", "DELETE", path), 404);
  EXPECT_EQ(status("admin", "PUT", "/roles/r-member/implies/none"), 404);
  EXPECT_EQ(status("admin", "PUT", "/roles/r-member/implies/r-admin"), 403);
}

TEST_F(RolesTest, GrantsAreMadeCheckedListedAndRevoked) {
  write([](WriteTx& tx) {
    tx.exec(
        "INSERT INTO groups (id, domain_id, name, description, extra)"
        " VALUES ('g1', 'default', 'team', '', '{}')");
  });
  for (const std::string base :
       {"/projects/p2/users/u1/roles", "/projects/p2/groups/g1/roles",
        "/domains/default/users/u1/roles", "/domains/default/groups/g1/roles",
        "/system/users/u1/roles", "/system/groups/g1/roles"}) {
    SCOPED_TRACE(base);
    const std::string one = base + "/r-member";
    EXPECT_EQ(status("admin", "GET", one), 404);
    EXPECT_EQ(status("admin", "PUT", one), 204);
    EXPECT_EQ(status("admin", "PUT", one), 204);
    EXPECT_EQ(status("admin", "HEAD", one), 204);
    EXPECT_EQ(names(as("admin", "GET", base), "roles"), std::vector<std::string>{"member"});
    EXPECT_EQ(status("admin", "DELETE", one), 204);
    EXPECT_EQ(status("admin", "DELETE", one), 404);
  }
  EXPECT_EQ(status("admin", "PUT", "/projects/none/users/u1/roles/r-member"), 404);
  EXPECT_EQ(status("admin", "PUT", "/projects/p2/users/none/roles/r-member"), 404);
  EXPECT_EQ(status("admin", "PUT", "/projects/p2/users/u1/roles/none"), 404);
  EXPECT_EQ(status("admin", "PUT", "/projects/p2/groups/none/roles/r-member"), 404);
}

TEST_F(RolesTest, InheritedGrantsHoldBelowAndNotOnTheirTarget) {
  const std::string one = "/OS-INHERIT/projects/p2/users/u1/roles/r-member/inherited_to_projects";
  write([](WriteTx& tx) {
    store::projects::insert(tx, model::Project{"p2a", "default", "below", "", true, "p2"});
  });
  EXPECT_EQ(status("admin", "PUT", one), 204);
  EXPECT_EQ(status("admin", "HEAD", one), 204);
  EXPECT_EQ(status("admin", "GET", "/projects/p2/users/u1/roles/r-member"), 404);
  EXPECT_EQ(log_in(by_token("ann"), {{"project", {{"id", "p2"}}}}).status, 401);
  EXPECT_EQ(log_in(by_token("ann"), {{"project", {{"id", "p2a"}}}}).status, 201);
  EXPECT_EQ(status("admin", "DELETE", one), 204);
  EXPECT_EQ(log_in(by_token("ann"), {{"project", {{"id", "p2a"}}}}).status, 401);
}

TEST_F(RolesTest, ALostRoleEndsTokensAtOnce) {
  EXPECT_EQ(status("ann", "GET", "/auth/projects"), 200);
  EXPECT_EQ(status("admin", "DELETE", "/projects/p1/users/u1/roles/r-member"), 204);
  EXPECT_EQ(status("ann", "GET", "/auth/projects"), 401);
}

TEST_F(RolesTest, AssignmentsAreListedAsGrantedAndInTheEnd) {
  EXPECT_EQ(count(""), 3U);
  EXPECT_EQ(count("?user.id=u1"), 2U);
  EXPECT_EQ(count("?role.id=r-admin"), 1U);
  EXPECT_EQ(count("?scope.project.id=p1"), 2U);
  EXPECT_EQ(count("?scope.domain.id=default"), 0U);
  write([](WriteTx& tx) {
    store::grants::insert(tx, {.role_id = "r-member",
                               .actor_id = "u2",
                               .target_kind = model::TargetKind::domain,
                               .target_id = "default",
                               .inherited = true});
    store::grants::insert(tx, {.role_id = "r-admin",
                               .actor_id = "u2",
                               .target_kind = model::TargetKind::system,
                               .target_id = "all"});
  });
  EXPECT_EQ(count("?scope.OS-INHERIT:inherited_to=projects"), 1U);
  EXPECT_EQ(count("?user.id=u2&effective"), 4U) << "p1 as admin; p1, p2, p3 from the domain";
  EXPECT_EQ(count("?user.id=u2&effective=0"), 3U);
  EXPECT_EQ(count("?scope.system=all"), 1U);
  EXPECT_EQ(count("?scope.project.id=p2&include_subtree&effective"), 1U);
  const json::value named =
      as("admin", "GET", "/role_assignments?user.id=u2&scope.project.id=p1&include_names").body();
  const json::value& one = named.at("role_assignments").as_array().at(0);
  EXPECT_EQ(one.at("user").at("name"), "bob");
  EXPECT_EQ(one.at("user").at("domain").at("name"), "Default");
  EXPECT_EQ(one.at("scope").at("project").at("domain").at("id"), "default");
  EXPECT_EQ(one.at("role").at("name"), "admin");
  EXPECT_EQ(one.at("links").at("assignment"),
            "http://cloud:8774/identity/v3/projects/p1/users/u2/roles/r-admin");
}

TEST_F(RolesTest, FiltersThatCannotBeMeantAreRefused) {
  for (const char* query : {"?user.id=u1&group.id=g1", "?scope.domain.id=d&scope.project.id=p",
                            "?include_subtree", "?scope.system=all&scope.project.id=p",
                            "?scope.system=all&scope.domain.id=d", "?effective&group.id=g",
                            "?effective&scope.domain.id=d&scope.OS-INHERIT:inherited_to=projects"})
    EXPECT_EQ(status("admin", "GET", std::string("/role_assignments") + query), 400) << query;
}

}  // namespace
}  // namespace virga::identity
