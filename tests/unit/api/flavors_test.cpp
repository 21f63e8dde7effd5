// SPDX-License-Identifier: Apache-2.0
// Flavors: their attributes at each microversion, lists, access.
#include "tests/unit/api/compute_fixture.h"

namespace virga::compute {
namespace {

using Texts = std::vector<std::string>;

class Flavors : public test::ComputeTest {
 protected:
  static json::object wanted(const std::string& name, json::object more = {}) {
    json::object flavor{{"name", name}, {"ram", 64}, {"vcpus", 1}, {"disk", 1}};
    for (auto& member : more) flavor[member.key()] = std::move(member.value());
    return {{"flavor", std::move(flavor)}};
  }
  test::Reply make(const std::string& name, json::object more = {}, int minor = 1) {
    return at(minor, "root", "POST", "/flavors", wanted(name, std::move(more)));
  }
  Texts listed(const std::string& query, const std::string& user = "root") {
    const auto reply = at(1, user, "GET", "/flavors" + query);
    EXPECT_EQ(reply.status, 200) << reply.text;
    return test::texts(reply.body().at("flavors"), "id");
  }
};

TEST_F(Flavors, AreMadeWithAllTheirAttributes) {
  const auto reply = make("all", {{"id", "f1"},
                                  {"swap", "512"},
                                  {"OS-FLV-EXT-DATA:ephemeral", 3},
                                  {"rxtx_factor", "2.5"},
                                  {"os-flavor-access:is_public", "False"}});
  ASSERT_EQ(reply.status, 200) << reply.text;
  const json::value f = reply.body().at("flavor");
  EXPECT_EQ(f.at("id"), "f1");
  EXPECT_EQ(f.at("swap"), 512);
  EXPECT_EQ(f.at("OS-FLV-EXT-DATA:ephemeral"), 3);
  EXPECT_EQ(f.at("rxtx_factor"), 2.5);
  EXPECT_EQ(f.at("os-flavor-access:is_public"), false);
  EXPECT_EQ(f.at("OS-FLV-DISABLED:disabled"), false);
  EXPECT_FALSE(f.as_object().contains("description"));
  EXPECT_EQ(as("root", "GET", "/flavors/f1").text, reply.text);
}

TEST_F(Flavors, ShowWhatTheMicroversionHas) {
  ASSERT_EQ(make("one", {{"id", "f1"}, {"description", "text"}}, 55).status, 200);
  const auto shown = [&](int minor) {
    return at(minor, "ann", "GET", "/flavors/f1").body().at("flavor").as_object();
  };
  EXPECT_FALSE(shown(54).contains("description"));
  EXPECT_EQ(shown(55).at("description"), "text");
  EXPECT_FALSE(shown(60).contains("extra_specs"));
  EXPECT_EQ(shown(61).at("extra_specs"), json::object());
  EXPECT_EQ(shown(74).at("swap"), "");
  EXPECT_EQ(shown(75).at("swap"), 0);
  EXPECT_EQ(at(54, "ann", "GET", "/flavors").text.find("description"), std::string::npos);
  EXPECT_NE(at(55, "ann", "GET", "/flavors").text.find("\"description\":\"text\""),
            std::string::npos);
}

TEST_F(Flavors, IdsMayBeNumbersOrNothing) {
  EXPECT_EQ(make("number", {{"id", 1234}}).body().at("flavor").at("id"), "1234");
  const std::string made(make("none", {{"id", nullptr}}).body().at("flavor").at("id").as_string());
  EXPECT_TRUE(is_uuid_like(made));
  EXPECT_EQ(make("spaces", {{"id", "a b.c-d_e"}}).status, 200);
}

TEST_F(Flavors, RefuseWhatTheSchemaRefuses) {
  const json::value nothing(nullptr);
  for (const json::object& bad :
       std::initializer_list<json::object>{{{"id", ""}},
                                           {{"id", " a"}},
                                           {{"id", "a "}},
                                           {{"id", "a/b"}},
                                           {{"id", true}},
                                           {{"id", std::string(256, 'i')}},
                                           {{"ram", 0}},
                                           {{"ram", 1.5}},
                                           {{"ram", "1.5"}},
                                           {{"ram", ""}},
                                           {{"ram", "-1"}},
                                           {{"ram", 2147483648}},
                                           {{"ram", true}},
                                           {{"vcpus", 0}},
                                           {{"disk", -1}},
                                           {{"swap", ""}},
                                           {{"swap", nullptr}},
                                           {{"rxtx_factor", 0}},
                                           {{"rxtx_factor", "x"}},
                                           {{"rxtx_factor", "1."}},
                                           {{"rxtx_factor", 4e38}},
                                           {{"rxtx_factor", nullptr}},
                                           {{"os-flavor-access:is_public", "maybe"}},
                                           {{"os-flavor-access:is_public", 1}},
                                           {{"name", ""}},
                                           {{"name", " a"}},
                                           {{"name", "a\t"}},
                                           {{"name", std::string(256, 'n')}},
                                           {{"name", 1}},
                                           {{"description", "before 2.55"}},
                                           {{"unknown", 1}}})
    EXPECT_EQ(make("bad", bad).status, 400) << json::serialize(bad);
  EXPECT_EQ(make("bad", {{"description", std::string(65536, 'd')}}, 55).status, 400);
  EXPECT_EQ(make("bad", {{"description", "a\nb"}}, 55).status, 400);
  EXPECT_EQ(make(std::string(255, 'n')).status, 200);
  std::string umlauts;
  for (int i = 0; i < 255; ++i) umlauts += "ü";
  EXPECT_EQ(make(umlauts).status, 200) << "lengths are in characters";
}

TEST_F(Flavors, NamesAndIdsAreUnique) {
  ASSERT_EQ(make("one", {{"id", "f1"}}).status, 200);
  const auto name = make("one", {{"id", "f2"}});
  EXPECT_EQ(name.status, 409);
  EXPECT_NE(name.text.find("conflictingRequest"), std::string::npos);
  EXPECT_EQ(make("two", {{"id", "f1"}}).status, 409);
  EXPECT_EQ(status_at(1, "root", "DELETE", "/flavors/f1"), 202);
  EXPECT_EQ(status_at(1, "root", "DELETE", "/flavors/f1"), 404);
  EXPECT_EQ(make("one", {{"id", "f1"}}).status, 200);
}

TEST_F(Flavors, OnlyTheDescriptionCanBeChanged) {
  ASSERT_EQ(make("one", {{"id", "f1"}}).status, 200);
  const auto put = [&](int minor, json::object in) {
    return at(minor, "root", "PUT", "/flavors/f1", json::object{{"flavor", std::move(in)}});
  };
  EXPECT_EQ(put(54, {{"description", "x"}}).status, 404);
  EXPECT_EQ(put(55, {{"description", "x"}}).body().at("flavor").at("description"), "x");
  EXPECT_TRUE(put(55, {{"description", nullptr}}).body().at("flavor").at("description").is_null());
  EXPECT_EQ(put(55, {{"description", ""}}).body().at("flavor").at("description"), "");
  EXPECT_EQ(put(55, {}).status, 400);
  EXPECT_EQ(put(55, {{"description", "x"}, {"name", "y"}}).status, 400);
  EXPECT_EQ(status_at(55, "ann", "PUT", "/flavors/f1", json::object{}), 403);
  EXPECT_EQ(status_at(55, "root", "PUT", "/flavors/none",
                      json::object{{"flavor", {{"description", "x"}}}}),
            404);
}

TEST_F(Flavors, ListsFilterSortAndPage) {
  make("b", {{"id", "b"}, {"ram", 200}, {"disk", 1}});
  make("a", {{"id", "a"}, {"ram", 100}, {"disk", 9}});
  make("c", {{"id", "c"}, {"ram", 150}, {"disk", 9}});
  EXPECT_EQ(listed(""), (Texts{"a", "b", "c", "small"}));
  EXPECT_EQ(listed("?minRam=150"), (Texts{"b", "c", "small"}));
  EXPECT_EQ(listed("?minDisk=9&minRam=120"), (Texts{"c", "small"}));
  EXPECT_EQ(listed("?sort_key=memory_mb&sort_dir=desc"), (Texts{"small", "b", "c", "a"}));
  EXPECT_EQ(listed("?sort_key=root_gb"), (Texts{"b", "a", "c", "small"})) << "then by age";
  EXPECT_EQ(listed("?limit=2"), (Texts{"a", "b"}));
  EXPECT_EQ(listed("?limit=2&marker=b"), (Texts{"c", "small"}));
  EXPECT_EQ(listed("?marker=b&minDisk=9"), (Texts{"c", "small"})) << "the marker is filtered out";
  EXPECT_EQ(listed("?limit=0"), Texts{});
  for (const char* bad : {"?limit=-1", "?limit=x", "?limit=", "?minRam=x", "?minDisk=x",
                          "?sort_key=colour", "?sort_dir=up", "?marker=none", "?is_public=maybe"})
    EXPECT_EQ(as("root", "GET", std::string("/flavors") + bad).status, 400) << bad;
}

TEST_F(Flavors, FullPagesLinkToTheNext) {
  const auto page = as("ann", "GET", "/flavors?limit=1").body();
  EXPECT_EQ(page.at("flavors_links").at(0).at("href"),
            "http://cloud:8774/compute/v2.1/flavors?limit=1&marker=small");
  const auto detail = as("ann", "GET", "/flavors/detail?limit=1").body();
  EXPECT_EQ(detail.at("flavors_links").at(0).at("href"),
            "http://cloud:8774/compute/v2.1/flavors/detail?limit=1&marker=small");
  EXPECT_FALSE(as("ann", "GET", "/flavors").body().as_object().contains("flavors_links"));
}

TEST_F(Flavors, UnknownParametersAreRefusedFrom275On) {
  EXPECT_EQ(status_at(74, "ann", "GET", "/flavors?colour=red"), 200);
  EXPECT_EQ(status_at(75, "ann", "GET", "/flavors?colour=red"), 400);
  EXPECT_EQ(status_at(75, "ann", "GET", "/flavors?limit=1&is_public=x"), 200);
}

TEST_F(Flavors, APrivateOneIsSeenByTheProjectsThatHaveIt) {
  const auto act = [&](const char* action, const std::string& tenant, int minor = 1) {
    return at(minor, "root", "POST", "/flavors/secret/action",
              json::object{{action, {{"tenant", tenant}}}});
  };
  EXPECT_EQ(as("ann", "GET", "/flavors/secret").status, 404);
  const auto given = act("addTenantAccess", "p1");
  ASSERT_EQ(given.status, 200) << given.text;
  EXPECT_EQ(given.text, R"({"flavor_access":[{"flavor_id":"secret","tenant_id":"p1"}]})");
  EXPECT_EQ(as("root", "GET", "/flavors/secret/os-flavor-access").text, given.text);
  EXPECT_EQ(as("ann", "GET", "/flavors/secret").status, 200);
  EXPECT_EQ(as("bob", "GET", "/flavors/secret").status, 404);
  EXPECT_EQ(listed("", "ann"), (Texts{"secret", "small"}));
  EXPECT_EQ(listed("", "bob"), Texts{"small"});
  EXPECT_EQ(listed("?is_public=False"), Texts{"secret"});
  EXPECT_EQ(listed("?is_public=None"), (Texts{"secret", "small"}));
  EXPECT_EQ(listed("?is_public=None", "bob"), Texts{"small"}) << "is for administrators";
  EXPECT_EQ(act("addTenantAccess", "p1").status, 409);
  EXPECT_EQ(act("addTenantAccess", "nowhere").status, 400);
  EXPECT_EQ(act("removeTenantAccess", "p1").text, R"({"flavor_access":[]})");
  EXPECT_EQ(act("removeTenantAccess", "p1").status, 404);
  EXPECT_EQ(as("ann", "GET", "/flavors/secret").status, 404);
}

TEST_F(Flavors, AccessHasItsRefusals) {
  const json::object add{{"addTenantAccess", {{"tenant", "p1"}}}};
  EXPECT_EQ(as("root", "GET", "/flavors/small/os-flavor-access").status, 404) << "is public";
  EXPECT_EQ(as("ann", "GET", "/flavors/secret/os-flavor-access").status, 403);
  EXPECT_EQ(as("ann", "POST", "/flavors/secret/action", add).status, 403);
  EXPECT_EQ(status_at(6, "root", "POST", "/flavors/small/action", add), 200);
  EXPECT_EQ(status_at(7, "root", "POST", "/flavors/small/action", add), 409);
  EXPECT_EQ(as("root", "POST", "/flavors/none/action", add).status, 404);
  for (const json::value& bad : std::initializer_list<json::value>{
           json::object{}, json::object{{"fly", {}}}, json::array{},
           json::object{{"addTenantAccess", {{"tenant", ""}}}},
           json::object{{"addTenantAccess", {{"tenant", "p1"}, {"x", 1}}}},
           json::object{{"removeTenantAccess", json::object{}}}})
    EXPECT_EQ(as("root", "POST", "/flavors/secret/action", bad).status, 400)
        << json::serialize(bad);
}

TEST_F(Flavors, AServerMayUseAPrivateFlavorThatItsProjectHas) {
  add_host("h1");
  auto server = CloudTest::wanted();
  server["flavorRef"] = "secret";
  EXPECT_EQ(create(server).status, 400);
  as("root", "POST", "/flavors/secret/action",
     json::object{{"addTenantAccess", {{"tenant", "p1"}}}});
  EXPECT_EQ(create(server).status, 202);
}

}  // namespace
}  // namespace virga::compute
