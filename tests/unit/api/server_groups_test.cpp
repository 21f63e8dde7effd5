// SPDX-License-Identifier: Apache-2.0
#include "db/store/server_groups.h"

#include "api/compute/server_group_members.h"
#include "tests/unit/api/versioned_fixture.h"

namespace virga::test {
namespace {

class ServerGroups : public VersionedCloudTest {
 protected:
  Reply make(const std::string& version, const std::string& group,
             const std::string& user = "ann") {
    return at(version, user, "POST /os-server-groups",
              json::parse("{\"server_group\": " + group + "}"));
  }
  std::string made(const std::string& user = "ann") {
    const Reply r = make("2.1", R"({"name": "g", "policies": ["affinity"]})", user);
    EXPECT_EQ(r.status, 200) << r.text;
    return std::string(r.body().at("server_group").at("id").as_string());
  }
  std::size_t count(const std::string& user, const std::string& query) {
    return at("2.1", user, "GET /os-server-groups" + query)
        .body()
        .at("server_groups")
        .as_array()
        .size();
  }
};

TEST_F(ServerGroups, ShowWhatTheirVersionShows) {
  const auto keys = [&](const char* version, const char* group) {
    const Reply r = make(version, group);
    EXPECT_EQ(r.status, 200) << r.text;
    return keys_of(r.body().at("server_group"));
  };
  const char* const old = R"({"name": "g", "policies": ["anti-affinity"]})";
  EXPECT_EQ(keys("2.1", old), "id members metadata name policies");
  EXPECT_EQ(keys("2.13", old), "id members metadata name policies project_id user_id");
  EXPECT_EQ(keys("2.64", R"({"name": "g", "policy": "affinity"})"),
            "id members name policy project_id rules user_id");
  const Reply r = make("2.64", R"({"name": "g", "policy": "anti-affinity",
                                   "rules": {"max_server_per_host": "3"}})");
  EXPECT_EQ(json::serialize(r.body().at("server_group").at("rules")),
            R"({"max_server_per_host":3})");
}

TEST_F(ServerGroups, RefuseWhatNovaRefuses) {
  const struct {
    const char* version;
    const char* group;
    int status;
  } cases[] = {
      {"2.1", R"({"name": "g", "policies": ["soft-affinity"]})", 400},
      {"2.15", R"({"name": "g", "policies": ["soft-affinity"]})", 200},
      {"2.15", R"({"name": "g", "policies": ["soft-anti-affinity"]})", 200},
      {"2.1", R"({"name": "g", "policies": []})", 400},
      {"2.1", R"({"name": "g", "policies": ["affinity", "anti-affinity"]})", 400},
      {"2.1", R"({"name": "g", "policies": ["storage-affinity"]})", 400},
      {"2.1", R"({"name": "g", "policy": "affinity"})", 400},
      {"2.1", R"({"name": "", "policies": ["affinity"]})", 400},
      {"2.1", R"({"policies": ["affinity"]})", 400},
      {"2.64", R"({"name": "g", "policies": ["affinity"]})", 400},
      {"2.64", R"({"name": "g", "policy": "affinity", "rules": {}})", 200},
      {"2.64", R"({"name": "g", "policy": "affinity", "rules": {"max_server_per_host": 1}})", 400},
      {"2.64", R"({"name": "g", "policy": "anti-affinity", "rules": {"max_server_per_host": 0}})",
       400},
      {"2.64", R"({"name": "g", "policy": "anti-affinity", "rules": {"other": 1}})", 400},
  };
  for (const auto& c : cases)
    EXPECT_EQ(make(c.version, c.group).status, c.status) << c.version << " " << c.group;
  EXPECT_EQ(make("2.1", R"({"name": "g", "policies": ["affinity"]})", "reader").status, 403);
}

TEST_F(ServerGroups, AreTheProjectsOwn) {
  const std::string id = made();
  made("bob");
  EXPECT_EQ(count("ann", ""), 1U);
  EXPECT_EQ(count("ann", "?all_projects=1"), 1U);
  EXPECT_EQ(count("root", "?all_projects=1"), 2U);
  EXPECT_EQ(count("root", "?all_projects=1&limit=1&offset=1"), 1U);
  EXPECT_EQ(count("root", "?all_projects=1&offset=2"), 0U);
  EXPECT_EQ(count("root", ""), 0U);
  EXPECT_EQ(at("2.1", "ann", "GET /os-server-groups?limit=-1").status, 400);
  EXPECT_EQ(at("2.75", "ann", "GET /os-server-groups?other=1").status, 400);
  EXPECT_EQ(at("2.1", "bob", "GET /os-server-groups/" + id).status, 404);
  EXPECT_EQ(at("2.1", "bob", "DELETE /os-server-groups/" + id).status, 404);
  EXPECT_EQ(at("2.1", "reader", "GET /os-server-groups/" + id).status, 200);
  EXPECT_EQ(at("2.1", "reader", "DELETE /os-server-groups/" + id).status, 403);
  EXPECT_EQ(at("2.1", "ann", "DELETE /os-server-groups/" + id).status, 204);
  EXPECT_EQ(at("2.1", "ann", "DELETE /os-server-groups/" + id).status, 404);
}

TEST_F(ServerGroups, HaveAQuota) {
  for (int i = 0; i < 10; ++i) made();
  const Reply r = make("2.1", R"({"name": "g", "policies": ["affinity"]})");
  EXPECT_EQ(r.status, 403);
  EXPECT_EQ(message_of(r), "Quota exceeded, too many server groups.");
  made("bob");
}

TEST_F(ServerGroups, KnowTheirMembers) {
  add_host("h1");
  add_network();
  const std::string id = made();
  const std::string server = created();
  db_.write([&](WriteTx& tx) {
    const auto group = compute::find_hinted_group(tx, id, "p1");
    ASSERT_TRUE(group);
    compute::join_server_group(tx, *group, *store::instances::find(tx, server, ""));
    EXPECT_EQ(store::server_groups::members_by_host(tx, id).at("h1"), 1);
    EXPECT_EQ(store::server_groups::find_of_instance(tx, server)->id, id);
    EXPECT_THROW(compute::find_hinted_group(tx, id, "p2"), Error);
    EXPECT_THROW(compute::find_hinted_group(tx, "g", "p1"), Error);
  });
  const auto members = [&] {
    return at("2.1", "ann", "GET /os-server-groups/" + id)
        .body()
        .at("server_group")
        .at("members")
        .as_array();
  };
  ASSERT_EQ(members().size(), 1U);
  EXPECT_EQ(members()[0], json::string(server));
  db_.write([&](WriteTx& tx) { store::instances::finish_delete(tx, server, 1); });
  EXPECT_EQ(members().size(), 0U);
}

}  // namespace
}  // namespace virga::test
