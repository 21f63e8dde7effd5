// SPDX-License-Identifier: Apache-2.0
#include "db/store/aggregates.h"

#include "db/store/image_cache.h"
#include "tests/unit/api/versioned_fixture.h"

namespace virga::test {
namespace {

class Aggregates : public VersionedCloudTest {
 protected:
  Aggregates() {
    add_host("h1");
    add_host("h2");
    db_.subscribe([this](const store::Change& c) { heard_.push_back(c.topic + " " + c.key); });
  }
  std::string made(const std::string& name, const std::string& zone = "") {
    json::object wanted{{"name", name}};
    if (!zone.empty()) wanted["availability_zone"] = zone;
    const Reply r = root("2.1", "POST /os-aggregates", json::object{{"aggregate", wanted}});
    EXPECT_EQ(r.status, 200) << r.text;
    return std::to_string(r.body().at("aggregate").at("id").as_int64());
  }
  Reply act(const std::string& id, const std::string& body) {
    return root_text("2.1", "POST /os-aggregates/" + id + "/action", body);
  }
  Reply add(const std::string& id, const std::string& host) {
    return act(id, R"({"add_host": {"host": "name-of-)" + host + "\"}}");
  }
  std::vector<std::string> heard_;
};

TEST_F(Aggregates, ShowWhatTheirVersionShows) {
  const Reply created = root_text("2.40", "POST /os-aggregates", R"({"aggregate": {"name": "a"}})");
  const std::string summary = "availability_zone created_at deleted deleted_at id name updated_at";
  EXPECT_EQ(keys_of(created.body().at("aggregate")), summary);
  const Reply later = root_text("2.41", "POST /os-aggregates", R"({"aggregate": {"name": "b"}})");
  EXPECT_EQ(keys_of(later.body().at("aggregate")), summary + " uuid");
  const Reply shown = root("2.1", "GET /os-aggregates/1");
  EXPECT_EQ(keys_of(shown.body().at("aggregate")),
            "availability_zone created_at deleted deleted_at hosts id metadata name updated_at");
  EXPECT_EQ(root("2.93", "GET /os-aggregates").body().at("aggregates").as_array().size(), 2U);
}

TEST_F(Aggregates, KeepNameZoneAndMetadata) {
  const std::string id = made("a", "north");
  Reply r = act(id, R"({"set_metadata": {"metadata": {"ssd": "true", "old": "x"}}})");
  ASSERT_EQ(r.status, 200) << r.text;
  r = act(id, R"({"set_metadata": {"metadata": {"old": null}}})");
  const json::value shown = r.body().at("aggregate");
  EXPECT_EQ(json::serialize(shown.at("metadata")), R"({"availability_zone":"north","ssd":"true"})");
  EXPECT_EQ(shown.at("availability_zone"), "north");
  EXPECT_TRUE(shown.at("updated_at").is_string());
  r = root_text("2.1", "PUT /os-aggregates/" + id,
                R"({"aggregate": {"name": " b ", "availability_zone": "south"}})");
  EXPECT_EQ(r.body().at("aggregate").at("name"), "b");
  EXPECT_EQ(r.body().at("aggregate").at("metadata").at("availability_zone"), "south");
}

TEST_F(Aggregates, RefuseWhatNovaRefuses) {
  const std::string id = made("a");
  const struct {
    std::string what;
    std::string body;
    int status;
  } cases[] = {
      {"POST /os-aggregates", R"({"aggregate": {"name": "a"}})", 409},
      {"POST /os-aggregates", R"({"aggregate": {"name": ""}})", 400},
      {"POST /os-aggregates", R"({"aggregate": {"name": " a"}})", 400},
      {"POST /os-aggregates", R"({"aggregate": {"name": "b", "availability_zone": "x:y"}})", 400},
      {"POST /os-aggregates", R"({"aggregate": {"name": "b", "extra": 1}})", 400},
      {"POST /os-aggregates", R"({"aggregate": {}})", 400},
      {"PUT /os-aggregates/" + id, R"({"aggregate": {}})", 400},
      {"PUT /os-aggregates/" + id, R"({"aggregate": {"availability_zone": null}})", 400},
      {"PUT /os-aggregates/99", R"({"aggregate": {"name": "b"}})", 404},
      {"PUT /os-aggregates/x", R"({"aggregate": {"name": "b"}})", 400},
      {"POST /os-aggregates/" + id + "/action", R"({"add_host": {"host": "nobody"}})", 404},
      {"POST /os-aggregates/" + id + "/action", R"({"remove_host": {"host": "name-of-h1"}})", 404},
      {"POST /os-aggregates/" + id + "/action", R"({"add_host": {"host": "a b"}})", 400},
      {"POST /os-aggregates/" + id + "/action", R"({"fly": {}})", 400},
      {"POST /os-aggregates/" + id + "/action", R"({"set_metadata": {"metadata": {"a/b": "c"}}})",
       400},
      {"POST /os-aggregates/99/action", R"({"set_metadata": {"metadata": {}}})", 404},
  };
  for (const auto& c : cases)
    EXPECT_EQ(root_text("2.1", c.what, c.body).status, c.status) << c.what << " " << c.body;
  EXPECT_EQ(root("2.1", "GET /os-aggregates/x").status, 400);
  EXPECT_EQ(root("2.1", "GET /os-aggregates/99").status, 404);
  EXPECT_EQ(at("2.1", "ann", "GET /os-aggregates").status, 403);
  EXPECT_EQ(at("2.1", "ann", "POST /os-aggregates/" + id + "/action",
               json::parse(R"({"add_host": {"host": "name-of-h1"}})"))
                .status,
            403);
}

TEST_F(Aggregates, AreDeletedWhenTheyAreEmpty) {
  const std::string id = made("a");
  EXPECT_EQ(add(id, "h1").status, 200);
  EXPECT_EQ(add(id, "h1").status, 409);
  EXPECT_EQ(root("2.1", "DELETE /os-aggregates/" + id).status, 400);
  EXPECT_EQ(act(id, R"({"remove_host": {"host": "name-of-h1"}})").status, 200);
  EXPECT_EQ(root("2.1", "DELETE /os-aggregates/" + id).status, 200);
  EXPECT_EQ(root("2.1", "DELETE /os-aggregates/" + id).status, 404);
}

TEST_F(Aggregates, PutAHostIntoOneZone) {
  const std::string north = made("a", "north");
  const std::string south = made("b", "south");
  const std::string fast = made("c");
  EXPECT_EQ(add(north, "h1").status, 200);
  EXPECT_EQ(heard_, std::vector<std::string>{"host h1"}) << "its guests read their zone";
  const Reply second = add(south, "h1");
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(message_of(second), "Cannot add host to aggregate " + south +
                                    ". Reason: One or more hosts already in availability zone(s) "
                                    "['north'].");
  EXPECT_EQ(add(fast, "h1").status, 200) << "which says no zone";
  EXPECT_EQ(act(fast, R"({"set_metadata": {"metadata": {"availability_zone": "south"}}})").status,
            400);
  EXPECT_EQ(act(fast, R"({"set_metadata": {"metadata": {"availability_zone": "north"}}})").status,
            200);
  EXPECT_EQ(db_.read([](ReadTx& tx) { return store::aggregates::zone_of(tx, "h1"); }), "north");
}

TEST_F(Aggregates, DoNotMoveInstancesToAnotherZone) {
  add_network();
  const std::string id = made("a", "north");
  add(id, "h1");
  add(id, "h2");
  created();
  const Reply refused = root_text("2.1", "PUT /os-aggregates/" + id,
                                  R"({"aggregate": {"availability_zone": "south"}})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(message_of(refused), "Cannot update aggregate " + id +
                                     ". Reason: One or more hosts contain instances in this zone.");
  EXPECT_EQ(root_text("2.1", "PUT /os-aggregates/" + id,
                      R"({"aggregate": {"name": "x", "availability_zone": "north"}})")
                .status,
            200);
  const json::value server =
      as("ann", "GET", "/servers/detail").body().at("servers").as_array().front();
  EXPECT_EQ(server.at("OS-EXT-AZ:availability_zone"), "north");
}

TEST_F(Aggregates, HaveTheirHostsFetchImages) {
  const std::string id = made("a");
  add(id, "h1");
  const std::string images = "POST /os-aggregates/" + id + "/images";
  const std::string one = R"({"id": ")" + image_ + "\"}";
  EXPECT_EQ(root_text("2.80", images, R"({"cache": [)" + one + "]}").status, 404);
  const Reply r = root_text("2.81", images, R"({"cache": [)" + one + "]}");
  EXPECT_EQ(r.status, 202) << r.text;
  EXPECT_EQ(r.text, "");
  const auto prefetches = [&](const char* host) {
    return db_.read([&](ReadTx& tx) { return store::image_cache::list_prefetches(tx, host); });
  };
  ASSERT_EQ(prefetches("h1").size(), 1U);
  EXPECT_EQ(prefetches("h2").size(), 0U);
  const std::string digest = prefetches("h1")[0].digest;
  EXPECT_TRUE(
      db_.read([&](ReadTx& tx) { return store::image_cache::is_prefetched(tx, digest, "h1"); }));
  EXPECT_EQ(root_text("2.81", images, R"({"cache": [)" + one + ", " + one + "]}").status, 400);
  EXPECT_EQ(root_text("2.81", images, R"({"cache": []})").status, 400);
  EXPECT_EQ(root_text("2.81", images, R"({"cache": [{"id": "x"}]})").status, 400);
  EXPECT_EQ(
      root_text("2.81", "POST /os-aggregates/99/images", R"({"cache": [)" + one + "]}").status,
      404);
}

TEST_F(Aggregates, MakeTheZones) {
  add(made("a", "north"), "h1");
  const auto names = [&](const char* path, const char* user) {
    std::string text;
    const json::value body =
        at("2.1", user, std::string("GET /os-availability-zone") + path).body();
    for (const auto& z : body.at("availabilityZoneInfo").as_array())
      text += std::string(z.at("zoneName").as_string()) +
              (z.at("zoneState").at("available").as_bool() ? "+ " : "- ");
    return text;
  };
  EXPECT_EQ(names("", "ann"), "north+ nova+ ");
  db_.write([](WriteTx& tx) { store::hosts::set_enabled(tx, "h1", false, ""); });
  EXPECT_EQ(names("", "ann"), "nova+ north- ");
  EXPECT_EQ(at("2.1", "ann", "GET /os-availability-zone/detail").status, 403);
  db_.write([&](WriteTx& tx) { compute::note_control_services(tx, deps_); });
  EXPECT_EQ(names("/detail", "root"), "internal+ nova+ north- ");
  const json::value detail = root("2.1", "GET /os-availability-zone/detail").body();
  const json::value nova = detail.at("availabilityZoneInfo").as_array()[1];
  EXPECT_EQ(keys_of(nova.at("hosts").at("name-of-h2").at("nova-compute")),
            "active available updated_at");
}

}  // namespace
}  // namespace virga::test
