// SPDX-License-Identifier: Apache-2.0
// Registered limits and limits.
#include "db/store/limits.h"

#include "tests/unit/api/catalog_fixture.h"

namespace virga::identity {
namespace {

class LimitsTest : public CatalogTest {
 protected:
  LimitsTest() : image_(service("picture")) {}

  json::object registered(const std::string& resource, std::int64_t limit) {
    return {{"service_id", image_}, {"resource_name", resource}, {"default_limit", limit}};
  }
  json::object limit(const std::string& resource, std::int64_t value,
                     const std::string& project = "p1") {
    return {{"service_id", image_},
            {"resource_name", resource},
            {"resource_limit", value},
            {"project_id", project}};
  }
  int post(const std::string& key, json::array in) {
    last_ = admin("POST", "/" + key, json::object{{key, std::move(in)}});
    return last_.status;
  }
  std::string last_id(const std::string& key) {
    const json::value body = last_.body();
    return std::string(body.at(key).at(0).at("id").as_string());
  }
  std::optional<std::int64_t> effective(const std::string& resource, const std::string& project,
                                        const std::string& region = "RegionOne") {
    return db_.read([&](store::ReadTx& tx) {
      return store::limits::effective_limit(tx, {"picture", region, resource, project});
    });
  }

  const std::string image_;
  test::Reply last_;
};

TEST_F(LimitsTest, AProjectsLimitWinsOverTheDefault) {
  EXPECT_EQ(effective("count", "p1"), std::nullopt);
  EXPECT_EQ(post("registered_limits", {registered("count", 10)}), 201) << last_.text;
  EXPECT_EQ(effective("count", "p1"), 10);
  EXPECT_EQ(post("limits", {limit("count", 3)}), 201) << last_.text;
  const std::string id = last_id("limits");
  EXPECT_EQ(effective("count", "p1"), 3);
  EXPECT_EQ(effective("count", "p2"), 10);
  EXPECT_EQ(admin("PATCH", "/limits/" + id, {{"limit", {{"resource_limit", 0}}}}).status, 200);
  EXPECT_EQ(effective("count", "p1"), 0);
  EXPECT_EQ(admin("DELETE", "/limits/" + id).status, 204);
  EXPECT_EQ(effective("count", "p1"), 10);
}

TEST_F(LimitsTest, ADefaultOfTheRegionWinsOverOneOfAll) {
  auto regional = registered("count", 5);
  regional["region_id"] = "RegionOne";
  EXPECT_EQ(post("registered_limits", {registered("count", 10), regional}), 201) << last_.text;
  EXPECT_EQ(effective("count", "p1"), 5);
  EXPECT_EQ(effective("count", "p1", "elsewhere"), 10);
}

TEST_F(LimitsTest, AListIsMadeWholeOrNotAtAll) {
  EXPECT_EQ(post("registered_limits", {registered("a", 1), registered("b", 1), registered("a", 2)}),
            409);
  EXPECT_EQ(effective("b", "p1"), std::nullopt);
  EXPECT_EQ(post("registered_limits", {registered("a", 1)}), 201);
  EXPECT_EQ(post("limits", {limit("a", 1), limit("unknown", 1)}), 403);
  EXPECT_EQ(post("limits", {limit("a", 5), limit("a", 6)}), 409);
  EXPECT_EQ(effective("a", "p1"), 1);
}

TEST_F(LimitsTest, WhatIsUsedCannotBeChanged) {
  EXPECT_EQ(post("registered_limits", {registered("a", 1)}), 201);
  const std::string id = "/registered_limits/" + last_id("registered_limits");
  EXPECT_EQ(post("limits", {limit("a", 5)}), 201);
  const json::value change{{"registered_limit", {{"default_limit", 9}}}};
  EXPECT_EQ(admin("PATCH", id, change).status, 403);
  EXPECT_EQ(admin("DELETE", id).status, 403);
  EXPECT_EQ(admin("DELETE", "/services/" + image_).status, 409);
  EXPECT_EQ(admin("DELETE", "/limits/" + last_id("limits")).status, 204);
  EXPECT_EQ(admin("PATCH", id, change).status, 200);
  EXPECT_EQ(admin("DELETE", id).status, 204);
}

TEST_F(LimitsTest, BadInputIsRefused) {
  EXPECT_EQ(post("registered_limits", {}), 400);
  EXPECT_EQ(post("registered_limits", {1}), 400);
  EXPECT_EQ(post("registered_limits", {registered("a", -2)}), 400);
  EXPECT_EQ(post("registered_limits", {registered("a", 0x80000000)}), 400);
  EXPECT_EQ(post("registered_limits", {registered("", 1)}), 400);
  auto extra = registered("a", 1);
  extra["more"] = 1;
  EXPECT_EQ(post("registered_limits", {extra}), 400);
  auto nowhere = registered("a", 1);
  nowhere["region_id"] = "nowhere";
  EXPECT_EQ(post("registered_limits", {nowhere}), 400);
  EXPECT_EQ(post("registered_limits", {registered("a", 1)}), 201);
  EXPECT_EQ(post("limits", {limit("a", 1, "missing")}), 400);
  auto both = limit("a", 1);
  both["domain_id"] = "default";
  EXPECT_EQ(post("limits", {both}), 400);
  EXPECT_EQ(admin("GET", "/limits/missing").status, 404);
}

TEST_F(LimitsTest, OthersSeeTheirOwnProjectsOnly) {
  EXPECT_EQ(post("registered_limits", {registered("a", 1)}), 201);
  EXPECT_EQ(post("limits", {limit("a", 5, "p2"), limit("a", 6, "p1")}), 201);
  const json::value body = as("member", "GET", "/limits").body();
  ASSERT_EQ(body.at("limits").as_array().size(), 1U);
  EXPECT_EQ(body.at("limits").at(0).at("resource_limit"), 6);
  EXPECT_EQ(as("member", "GET", "/limits/" + last_id("limits")).status, 403);
  EXPECT_EQ(as("member", "GET", "/limits/model").status, 200);
  EXPECT_EQ(as("member", "POST", "/limits", {{"limits", json::array{limit("a", 9)}}}).status, 403);
}

}  // namespace
}  // namespace virga::identity
