// SPDX-License-Identifier: Apache-2.0
// GET and DELETE of servers: whose they are, pages, and the end.
#include "tests/unit/api/cloud_fixture.h"

namespace virga::compute {
namespace {

using test::Reply;
using test::WriteTx;

class ServersTest : public test::CloudTest {
 protected:
  ServersTest() {
    add_host("h1", 1 << 20);
    add_network();
  }
  std::vector<std::string> listed(const std::string& user, const std::string& query = "") {
    const Reply r = as(user, "GET", "/servers" + query);
    EXPECT_EQ(r.status, 200) << r.text;
    std::vector<std::string> ids;
    const json::value body = r.body();
    for (const auto& s : body.at("servers").as_array()) ids.emplace_back(s.at("id").as_string());
    return ids;
  }
};

using Ids = std::vector<std::string>;

TEST_F(ServersTest, AForeignServerIsLikeNone) {
  const std::string id = created();
  const std::string none = new_uuid();
  const json::object stop{{"os-stop", nullptr}};
  for (const auto& [method, path, body] :
       std::initializer_list<std::tuple<std::string, std::string, json::value>>{
           {"GET", "", nullptr}, {"DELETE", "", nullptr}, {"POST", "/action", stop}}) {
    const Reply foreign = as("bob", method, "/servers/" + id + path, body);
    const Reply absent = as("bob", method, "/servers/" + none + path, body);
    EXPECT_EQ(foreign.status, 404) << method;
    std::string text = absent.text;
    text.replace(text.find(none), none.size(), id);
    EXPECT_EQ(foreign.text, text);
  }
  EXPECT_EQ(listed("bob"), Ids{});
  EXPECT_EQ(listed("ann"), Ids{id});
  EXPECT_EQ(instance(id).wish, model::PowerWish::running);
}

TEST_F(ServersTest, AdministratorsSeeAllWhenTheyAsk) {
  const std::string id = created();
  EXPECT_EQ(as("root", "GET", "/servers/" + id).status, 200);
  EXPECT_EQ(listed("root"), Ids{});
  EXPECT_EQ(listed("root", "?all_tenants=1"), Ids{id});
  EXPECT_EQ(as("ann", "GET", "/servers?all_tenants=1").status, 403);
  EXPECT_EQ(listed("root", "?all_tenants=1&host=name-of-h1"), Ids{id});
  EXPECT_EQ(listed("root", "?all_tenants=1&host=none"), Ids{});
}

TEST_F(ServersTest, OnlyAdministratorsSeeTheHost) {
  const std::string id = created();
  const json::value mine = as("ann", "GET", "/servers/" + id).body();
  EXPECT_FALSE(mine.at("server").as_object().contains("OS-EXT-SRV-ATTR:host"));
  EXPECT_EQ(mine.at("server").at("hostId").as_string().size(), 56U);
  const json::value roots = as("root", "GET", "/servers/" + id).body();
  EXPECT_EQ(roots.at("server").at("OS-EXT-SRV-ATTR:host"), "name-of-h1");
}

TEST_F(ServersTest, ShowsAddressesAndStatus) {
  const json::value body = as("ann", "GET", "/servers/" + created()).body();
  const json::value& server = body.at("server");
  EXPECT_EQ(server.at("status"), "BUILD");
  EXPECT_EQ(server.at("OS-EXT-STS:task_state"), "spawning");
  EXPECT_EQ(server.at("addresses").at("lan").as_array()[0].at("addr"), "10.0.0.10");
  EXPECT_EQ(server.at("tenant_id"), "p1");
}

TEST_F(ServersTest, PagesFollowEachOther) {
  std::vector<std::string> all;
  for (int n = 0; n < 5; ++n) {
    clock_.advance_us(1);
    all.insert(all.begin(), created("s" + std::to_string(n)));
  }
  EXPECT_EQ(listed("ann"), all);
  EXPECT_EQ(listed("ann", "?limit=2"), (Ids{all[0], all[1]}));
  EXPECT_EQ(listed("ann", "?limit=2&marker=" + all[1]), (Ids{all[2], all[3]}));
  EXPECT_EQ(listed("ann", "?limit=2&marker=" + all[3]), (Ids{all[4]}));
  EXPECT_EQ(listed("ann", "?name=s3"), (Ids{all[1]}));
  const json::value first = as("ann", "GET", "/servers?limit=2").body();
  EXPECT_NE(first.at("servers_links").as_array()[0].at("href").as_string().find("marker=" + all[1]),
            std::string::npos);
  EXPECT_EQ(as("ann", "GET", "/servers?marker=none").status, 400);
  EXPECT_EQ(as("bob", "GET", "/servers?marker=" + all[0]).status, 400) << "a foreign marker";
  for (const char* limit : {"-1", "x", "", "5x"})
    EXPECT_EQ(as("ann", "GET", std::string("/servers?limit=") + limit).status, 400) << limit;
}

TEST_F(ServersTest, AStatusFilterFillsItsPages) {
  std::vector<std::string> all;
  for (int n = 0; n < 6; ++n) {
    clock_.advance_us(1);
    all.insert(all.begin(), created());
  }
  db_.write([&](WriteTx& tx) {
    store::instances::set_fault(tx, all[3], 500, "x", 1);
    store::instances::set_fault(tx, all[5], 500, "x", 1);
  });
  EXPECT_EQ(listed("ann", "?status=ERROR"), (Ids{all[3], all[5]}));
  EXPECT_EQ(listed("ann", "?status=ERROR&limit=1"), (Ids{all[3]}));
  EXPECT_EQ(listed("ann", "?status=ERROR&limit=1&marker=" + all[3]), (Ids{all[5]}));
}

TEST_F(ServersTest, ANextPageKeepsTheOtherParameters) {
  created("web-a");
  clock_.advance_us(1);
  created("web-b");
  const json::value body = as("root", "GET", "/servers?all_tenants=1&limit=1&name=web").body();
  const std::string href(body.at("servers_links").as_array()[0].at("href").as_string());
  EXPECT_NE(href.find("all_tenants=1"), std::string::npos) << href;
  EXPECT_NE(href.find("name=web"), std::string::npos) << href;
}

TEST_F(ServersTest, DeleteIsAcceptedInEveryStateAndWaitsForTheHost) {
  for (const auto wish :
       {model::PowerWish::running, model::PowerWish::stopped, model::PowerWish::absent}) {
    const std::string id = created();
    db_.write([&](WriteTx& tx) {
      tx.exec("UPDATE instances SET wish = $1, launched_us = 1 WHERE id = $2", name_of(wish), id);
    });
    EXPECT_EQ(as("ann", "DELETE", "/servers/" + id).status, 204);
    EXPECT_EQ(as("ann", "DELETE", "/servers/" + id).status, 204) << "again";
    EXPECT_EQ(instance(id).wish, model::PowerWish::absent);
    EXPECT_EQ(as("ann", "GET", "/servers/" + id).body().at("server").at("OS-EXT-STS:task_state"),
              "deleting");
  }
  EXPECT_EQ(number("SELECT count(*) FROM consumers"), 3) << "kept until the host confirms";
}

TEST_F(ServersTest, ARepeatedDeleteIsNoNewWish) {
  const std::string id = created();
  as("ann", "DELETE", "/servers/" + id);
  const auto generation = instance(id).generation;
  as("ann", "DELETE", "/servers/" + id);
  EXPECT_EQ(instance(id).generation, generation);
}

}  // namespace
}  // namespace virga::compute
