// SPDX-License-Identifier: Apache-2.0
// Quotas: what is shown and set at each microversion, and what they refuse.
#include "tests/unit/api/compute_fixture.h"

namespace virga::compute {
namespace {

class Quotas : public test::ComputeTest {
 protected:
  test::Reply put(const std::string& target, json::object in, int minor = 1,
                  const std::string& user = "root") {
    return at(minor, user, "PUT", "/os-quota-sets/" + target,
              json::object{{"quota_set", std::move(in)}});
  }
  json::object set_of(const std::string& path, int minor = 1, const std::string& user = "root") {
    const auto reply = at(minor, user, "GET", path);
    EXPECT_EQ(reply.status, 200) << reply.text;
    return reply.body().as_object().begin()->value().as_object();
  }
  void use(std::int64_t count) {
    add_host("h1", 1 << 20);
    for (std::int64_t i = 0; i < count; ++i) created();
  }
};

TEST_F(Quotas, ShowTheDefaultsOfTheMicroversion) {
  const auto first = set_of("/os-quota-sets/p1");
  EXPECT_EQ(first.size(), 15U);
  EXPECT_EQ(first.at("id"), "p1");
  EXPECT_EQ(first.at("instances"), 10);
  EXPECT_EQ(first.at("ram"), 51200);
  EXPECT_EQ(first.at("fixed_ips"), -1);
  EXPECT_EQ(first.at("injected_files"), 5);
  EXPECT_EQ(set_of("/os-quota-sets/p1/defaults"), first);
  const auto second = set_of("/os-quota-sets/p1", 36);
  EXPECT_EQ(second.size(), 11U);
  EXPECT_FALSE(second.contains("floating_ips"));
  EXPECT_EQ(set_of("/os-quota-sets/p1", 56).size(), 11U);
  const auto third = set_of("/os-quota-sets/p1", 57);
  EXPECT_EQ(third.size(), 8U);
  EXPECT_FALSE(third.contains("injected_files"));
}

TEST_F(Quotas, WhoMaySeeAndSetThem) {
  EXPECT_EQ(as("reader", "GET", "/os-quota-sets/p1").status, 200);
  EXPECT_EQ(as("reader", "GET", "/os-quota-sets/p1/detail").status, 200);
  EXPECT_EQ(as("bob", "GET", "/os-quota-sets/p1").status, 403);
  EXPECT_EQ(as("bob", "GET", "/os-quota-sets/p1/detail").status, 403);
  EXPECT_EQ(as("bob", "GET", "/os-quota-sets/p1/defaults").status, 200) << "they are no secret";
  EXPECT_EQ(put("p1", {{"cores", 1}}, 1, "ann").status, 403);
  EXPECT_EQ(as("ann", "DELETE", "/os-quota-sets/p1").status, 403);
  EXPECT_EQ(as("root", "GET", "/os-quota-sets/nowhere").status, 400);
  EXPECT_EQ(put("nowhere", {{"cores", 1}}).status, 400);
  EXPECT_EQ(as("ann", "GET", "/os-quota-class-sets/default").status, 403);
}

TEST_F(Quotas, AreSetAndTakenBack) {
  const auto reply = put("p1", {{"cores", "5"}, {"ram", -1}});
  ASSERT_EQ(reply.status, 200) << reply.text;
  const auto set = reply.body().at("quota_set").as_object();
  EXPECT_FALSE(set.contains("id"));
  EXPECT_EQ(set.at("cores"), 5);
  EXPECT_EQ(set.at("ram"), -1);
  EXPECT_EQ(set.at("instances"), 10);
  EXPECT_EQ(set_of("/os-quota-sets/p2").at("cores"), 20);
  EXPECT_EQ(set_of("/os-quota-sets/p1/defaults").at("cores"), 20);
  EXPECT_EQ(as("root", "DELETE", "/os-quota-sets/p1").status, 202);
  EXPECT_EQ(set_of("/os-quota-sets/p1").at("cores"), 20);
}

TEST_F(Quotas, BodiesAreChecked) {
  for (const json::object& bad :
       std::initializer_list<json::object>{{{"cores", -2}},
                                           {{"cores", "x"}},
                                           {{"cores", ""}},
                                           {{"cores", 1.5}},
                                           {{"cores", nullptr}},
                                           {{"cores", 2147483648}},
                                           {{"colour", 1}},
                                           {{"networks", 1}},
                                           {{"id", "p1"}},
                                           {{"cores", 1}, {"force", "maybe"}}})
    EXPECT_EQ(put("p1", bad).status, 400) << json::serialize(bad);
  EXPECT_EQ(put("p1", {{"floating_ips", 1}}, 35).status, 200);
  EXPECT_EQ(put("p1", {{"floating_ips", 1}}, 36).status, 400);
  EXPECT_EQ(put("p1", {{"injected_files", 1}}, 56).status, 200);
  EXPECT_EQ(put("p1", {{"injected_files", 1}}, 57).status, 400);
  EXPECT_EQ(as("root", "PUT", "/os-quota-sets/p1", json::object{{"x", {}}}).status, 400);
  EXPECT_EQ(status_at(75, "root", "GET", "/os-quota-sets/p1?x=1"), 400);
  EXPECT_EQ(put("p1", {{"cores", 3}, {"ram", "x"}}).status, 400);
  EXPECT_EQ(set_of("/os-quota-sets/p1").at("cores"), 20) << "all or none";
}

TEST_F(Quotas, UsersHaveTheirPartOfTheProjects) {
  EXPECT_EQ(put("p1?user_id=user-ann", {{"cores", 15}}).status, 200);
  EXPECT_EQ(set_of("/os-quota-sets/p1?user_id=user-ann").at("cores"), 15);
  EXPECT_EQ(set_of("/os-quota-sets/p1").at("cores"), 20);
  EXPECT_EQ(put("p1?user_id=user-reader", {{"cores", 6}}).status, 400) << "5 are left";
  EXPECT_EQ(put("p1?user_id=user-reader", {{"cores", 5}}).status, 200);
  EXPECT_EQ(put("p1?user_id=user-ann", {{"cores", 15}}).status, 200) << "what it has";
  EXPECT_EQ(put("p1", {{"cores", 19}}).status, 400) << "less than the users were given";
  EXPECT_EQ(put("p1", {{"cores", 19}, {"force", true}}).status, 200);
  EXPECT_EQ(as("root", "DELETE", "/os-quota-sets/p1?user_id=user-ann").status, 202);
  EXPECT_EQ(set_of("/os-quota-sets/p1?user_id=user-ann").at("cores"), 19);
  EXPECT_EQ(set_of("/os-quota-sets/p1?user_id=user-reader").at("cores"), 5);
  EXPECT_EQ(as("root", "DELETE", "/os-quota-sets/p1").status, 202);
  EXPECT_EQ(set_of("/os-quota-sets/p1?user_id=user-reader").at("cores"), 20);
}

TEST_F(Quotas, DetailsCountTheRows) {
  use(2);
  const auto set = set_of("/os-quota-sets/p1/detail");
  EXPECT_EQ(set.at("instances"), json::value({{"in_use", 2}, {"limit", 10}, {"reserved", 0}}));
  EXPECT_EQ(set.at("cores").at("in_use"), 2);
  EXPECT_EQ(set.at("ram").at("in_use"), 2048);
  EXPECT_EQ(set_of("/os-quota-sets/p1/detail?user_id=user-reader").at("cores").at("in_use"), 0);
  EXPECT_EQ(put("p1", {{"instances", 1}}).status, 400) << "two are in use";
  EXPECT_EQ(put("p1", {{"instances", 1}, {"force", "True"}}).status, 200);
}

TEST_F(Quotas, ClassesHoldTheDefaults) {
  const auto shown = set_of("/os-quota-class-sets/default");
  EXPECT_EQ(shown.size(), 13U);
  EXPECT_EQ(shown.at("id"), "default");
  EXPECT_FALSE(shown.contains("server_groups"));
  EXPECT_EQ(set_of("/os-quota-class-sets/default", 50).size(), 11U);
  EXPECT_EQ(set_of("/os-quota-class-sets/default", 57).size(), 8U);
  const auto put_class = [&](int minor, json::object in) {
    return at(minor, "root", "PUT", "/os-quota-class-sets/default",
              json::object{{"quota_class_set", std::move(in)}});
  };
  const auto reply = put_class(1, {{"cores", 21}, {"fixed_ips", 3}});
  ASSERT_EQ(reply.status, 200) << reply.text;
  EXPECT_FALSE(reply.body().at("quota_class_set").as_object().contains("id"));
  EXPECT_EQ(set_of("/os-quota-sets/p1").at("cores"), 21);
  EXPECT_EQ(set_of("/os-quota-class-sets/other").at("cores"), 20);
  EXPECT_EQ(put_class(50, {{"fixed_ips", 3}}).status, 400);
  EXPECT_EQ(put_class(57, {{"injected_files", 3}}).status, 400);
  EXPECT_EQ(put_class(50, {{"server_groups", 3}}).status, 200);
  EXPECT_EQ(put_class(1, {{"cores", "x"}}).status, 400);
  EXPECT_EQ(put_class(1, {{"id", "default"}}).status, 400);
}

TEST_F(Quotas, LimitsTellWhatIsUsed) {
  use(1);
  const auto first = at(1, "ann", "GET", "/limits").body().at("limits").as_object();
  EXPECT_EQ(first.at("rate"), json::array());
  const auto absolute = first.at("absolute").as_object();
  EXPECT_EQ(absolute.size(), 19U);
  EXPECT_EQ(absolute.at("maxTotalCores"), 20);
  EXPECT_EQ(absolute.at("totalRAMUsed"), 1024);
  EXPECT_EQ(absolute.at("totalInstancesUsed"), 1);
  const auto at_minor = [&](int minor) {
    return at(minor, "ann", "GET", "/limits").body().at("limits").at("absolute").as_object();
  };
  EXPECT_TRUE(at_minor(36).contains("maxImageMeta"));
  EXPECT_FALSE(at_minor(36).contains("maxSecurityGroups"));
  EXPECT_FALSE(at_minor(39).contains("maxImageMeta"));
  EXPECT_TRUE(at_minor(56).contains("maxPersonality"));
  EXPECT_EQ(at_minor(57).size(), 11U);
  EXPECT_EQ(as("bob", "GET", "/limits?tenant_id=p1").status, 403);
  const auto other = as("root", "GET", "/limits?tenant_id=p1&reserved=1").body();
  EXPECT_EQ(other.at("limits").at("absolute").at("totalInstancesUsed"), 1);
  EXPECT_EQ(status_at(75, "root", "GET", "/limits?reserved=1"), 400);
}

TEST_F(Quotas, ServersBeyondThemAreRefused) {
  use(1);
  put("p1", {{"instances", 2}, {"ram", 1500}, {"cores", -1}});
  const auto over = create(wanted());
  EXPECT_EQ(over.status, 403);
  EXPECT_EQ(over.body().at("forbidden").at("message"),
            "Quota exceeded for ram: Requested 1024, but already used 1024 of 1500 ram");
  EXPECT_EQ(number("SELECT count(*) FROM instances"), 1);
  put("p1", {{"cores", 1}, {"ram", -1}});
  auto many = wanted();
  many["min_count"] = 2;
  many["max_count"] = 3;
  EXPECT_EQ(create(many).body().at("forbidden").at("message"),
            "Quota exceeded for cores, instances: Requested 3, 2-3, but already used 1, 1 of 1, 2 "
            "cores, instances");
  EXPECT_EQ(create(wanted(), "bob").status, 202) << "another project";
}

TEST_F(Quotas, SoManyServersAreMadeAsThereIsRoomFor) {
  use(1);
  put("p1", {{"instances", 3}});
  auto many = wanted();
  many["min_count"] = 1;
  many["max_count"] = 5;
  EXPECT_EQ(create(many).status, 202);
  EXPECT_EQ(number("SELECT count(*) FROM instances"), 3);
}

TEST_F(Quotas, AUsersLimitRefusesToo) {
  use(1);
  EXPECT_EQ(put("p1?user_id=user-ann", {{"instances", 1}}).status, 200);
  EXPECT_EQ(create(wanted()).status, 403);
}

TEST_F(Quotas, MetadataItemsAreLimited) {
  add_host("h1");
  put("p1", {{"metadata_items", 1}});
  auto server = wanted();
  server["metadata"] = {{"a", "1"}, {"b", "2"}};
  const auto over = create(server);
  EXPECT_EQ(over.status, 403);
  EXPECT_NE(over.text.find("Maximum number of metadata items exceeds 1"), std::string::npos);
  server["metadata"] = {{"a", "1"}};
  EXPECT_EQ(create(server).status, 202);
}

}  // namespace
}  // namespace virga::compute
