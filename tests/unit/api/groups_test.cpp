// SPDX-License-Identifier: Apache-2.0
// /identity/v3/groups and who is in them, through the router.
#include "tests/unit/api/identity_call.h"

namespace virga::identity {
namespace {

using Names = std::vector<std::string>;

class GroupsTest : public IdentityCallTest {
 protected:
  const std::string group_ = make("group", {{"name", "g"}, {"description", "d"}, {"team", "x"}});
  const std::string members_ = "/groups/" + group_ + "/users";
};

TEST_F(GroupsTest, AGroupIsShownAndChanged) {
  const json::object made = resource(get("/groups/" + group_), 200, "group");
  EXPECT_EQ(made, (json::object{
                      {"id", group_},
                      {"name", "g"},
                      {"domain_id", "default"},
                      {"description", "d"},
                      {"team", "x"},
                      {"links", {{"self", "http://cloud:8774/identity/v3/groups/" + group_}}}}));
  const json::object changed =
      resource(send("PATCH", "/groups/" + group_, {{"group", {{"name", "h"}}}}), 200, "group");
  EXPECT_EQ(changed.at("name"), "h");
  EXPECT_EQ(changed.at("description"), "d");
  EXPECT_EQ(send("PATCH", "/groups/" + group_, {{"group", {{"domain_id", "x"}}}}).status, 400);
  EXPECT_EQ(send("PATCH", "/groups/" + group_, {{"group", json::object()}}).status, 400);
  EXPECT_EQ(send("PATCH", "/groups/none", {{"group", {{"name", "h"}}}}).status, 404);
  EXPECT_EQ(send("DELETE", "/groups/" + group_).status, 204);
  EXPECT_EQ(get("/groups/" + group_).status, 404);
}

TEST_F(GroupsTest, RefusesBadBodies) {
  const auto groups = count("SELECT count(*) FROM groups");
  const json::array bodies{
      json::object{},
      json::object{{"name", ""}},
      json::object{{"name", 1}},
      json::object{{"name", std::string(256, 'x')}},
      json::object{{"name", "x"}, {"description", 1}},
      json::object{{"name", "x"}, {"domain_id", nullptr}},
      json::object{{"name", "x"}, {"domain_id", "a_b"}},
  };
  for (const auto& body : bodies)
    EXPECT_EQ(send("POST", "/groups", {{"group", body}}).status, 400) << json::serialize(body);
  EXPECT_EQ(send("POST", "/groups", {{"group", {{"name", "x"}, {"domain_id", "none"}}}}).status,
            404);
  const test::Reply again = send("POST", "/groups", {{"group", {{"name", "g"}}}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(message(again),
            "Conflict occurred attempting to store group - Duplicate entry found with name g at"
            " domain ID default.");
  EXPECT_EQ(count("SELECT count(*) FROM groups"), groups);
}

TEST_F(GroupsTest, MembersComeAndGo) {
  EXPECT_EQ(send("HEAD", members_ + "/u1").status, 404);
  EXPECT_EQ(message(get(members_ + "/u1")), "User 'u1' not found in group '" + group_ + "'");
  EXPECT_EQ(send("PUT", members_ + "/u1").status, 204);
  EXPECT_EQ(send("PUT", members_ + "/u1").status, 204) << "also when repeated";
  EXPECT_EQ(send("HEAD", members_ + "/u1").status, 204);
  EXPECT_EQ(send("PUT", members_ + "/none").status, 404);
  EXPECT_EQ(send("PUT", "/groups/none/users/u1").status, 404);
  EXPECT_EQ(names(members_, "users"), Names{"ann"});
  EXPECT_EQ(names(members_ + "?enabled=false", "users"), Names{});
  EXPECT_EQ(send("DELETE", members_ + "/u1").status, 204);
  EXPECT_EQ(send("DELETE", members_ + "/u1").status, 404);
  EXPECT_EQ(names(members_, "users"), Names{});
  EXPECT_EQ(get("/groups/none/users").status, 404);
}

TEST_F(GroupsTest, ARemovedGroupLeavesNothing) {
  send("PUT", members_ + "/u1");
  write([&](WriteTx& tx) {
    store::grants::insert(tx, {.role_id = "r-admin",
                               .actor_kind = model::ActorKind::group,
                               .actor_id = group_,
                               .target_id = "p2"});
  });
  EXPECT_EQ(send("DELETE", "/groups/" + group_).status, 204);
  EXPECT_EQ(count("SELECT count(*) FROM group_members"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM grants WHERE actor_kind = 'group'"), 0);
  EXPECT_EQ(get("/users/u1").status, 200);
}

TEST_F(GroupsTest, ListsAreFilteredAndForAdministrators) {
  make("group", {{"name", "h"}});
  EXPECT_EQ(names("/groups", "groups").size(), 2U);
  EXPECT_EQ(names("/groups?name=h", "groups"), Names{"h"});
  EXPECT_EQ(names("/groups?domain_id=none", "groups"), Names{});
  EXPECT_EQ(get("/groups", "ann").status, 403);
  EXPECT_EQ(get("/groups/" + group_, "ann").status, 403);
  EXPECT_EQ(get(members_, "ann").status, 403);
  EXPECT_EQ(send("PUT", members_ + "/u1", nullptr, "ann").status, 403);
}

}  // namespace
}  // namespace virga::identity
