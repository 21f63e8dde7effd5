// SPDX-License-Identifier: Apache-2.0
// Microversions: how a request chooses one, and which routes there are then.
#include "api/http/version.h"

#include "tests/unit/api/api_call.h"

namespace virga::http {
namespace {

using test::call;
using test::kind_of;

TEST(ApiVersion, IsReadStrictly) {
  EXPECT_EQ(parse_version("2.93"), (ApiVersion{2, 93}));
  EXPECT_EQ(parse_version("10.0"), (ApiVersion{10, 0}));
  for (const char* bad : {"", "2", "2.", ".1", "2.1.0", "2.x", "-2.1", "2.-1", "02.1", "2.01",
                          "0.1", "2 .1", "+2.1", "2.99999999999"})
    EXPECT_FALSE(parse_version(bad).is_set()) << bad;
  EXPECT_LT((ApiVersion{2, 9}), (ApiVersion{2, 10}));
  EXPECT_TRUE(since({2, 26}).contains({2, 26}));
  EXPECT_FALSE(since({2, 26}).contains({2, 25}));
  EXPECT_TRUE(until({2, 35}).contains({2, 1}));
  EXPECT_FALSE(until({2, 35}).overlaps(since({2, 36})));
  EXPECT_TRUE(between({2, 2}, {2, 9}).overlaps(between({2, 9}, {2, 10})));
}

class VersionTest : public testing::Test {
 protected:
  VersionTest() {
    const auto body = [](int status, const std::string& message) {
      return json_response(status, {{"message", message}});
    };
    Service compute{"/compute", body, {}};
    compute.versions = {
        "compute", "/compute/v2.1", between({2, 1}, {2, 93}), "X-OpenStack-Nova-API-Version", {}};
    compute.request_id_header = "X-Compute-Request-Id";
    router_.add_service(compute);
    Service placement{"/placement", body, {}};
    placement.versions = {"placement", "/placement", between({1, 0}, {1, 39}), "",
                          [](const Microversions&, std::string_view asked, int) {
                            return "Unacceptable version header: " + std::string(asked);
                          }};
    placement.fault_body = [](const Fault& f) {
      return json_response(f.status, {{"detail", f.message},
                                      {"request_id", f.request.request_id},
                                      {"max_version", f.service.versions.range.most.text()}});
    };
    router_.add_service(placement);
    router_.get("/compute", "public", shows_version());
    router_.get("/compute/v2.1/things", "public", shows_version());
    router_.get("/compute/v2.1/old", "public", says("old"), until({2, 35}));
    router_.get("/compute/v2.1/both", "public", says("before"), until({2, 49}));
    router_.get("/compute/v2.1/both", "public", says("after"), since({2, 50}));
    router_.post("/compute/v2.1/new", "public", says("new"), since({2, 60}));
    router_.get("/placement/things", "public", shows_version());
  }
  static Handler says(const std::string& what) {
    return [what](const Request&) { return json_response(200, json::string(what)); };
  }
  static Handler shows_version() {
    return [](const Request& r) { return json_response(200, json::string(r.version.text())); };
  }
  test::Reply get(const std::string& path, const test::Headers& headers = {}) {
    return call(router_, "GET", path, "", headers);
  }

  test::TestAuthorizer authorizer_;
  Router router_{authorizer_};
};

TEST_F(VersionTest, WithoutAHeaderTheLeastIsServed) {
  const auto r = get("/compute/v2.1/things");
  EXPECT_EQ(r.text, "\"2.1\"");
  EXPECT_EQ(r.header("OpenStack-API-Version"), "compute 2.1");
  EXPECT_EQ(r.header("X-OpenStack-Nova-API-Version"), "2.1");
  EXPECT_NE(r.service_headers.find("Vary: OpenStack-API-Version\r\n"), std::string::npos);
  EXPECT_NE(r.service_headers.find("Vary: X-OpenStack-Nova-API-Version\r\n"), std::string::npos);
  EXPECT_TRUE(r.header("X-Compute-Request-Id").starts_with("req-"));
}

TEST_F(VersionTest, BothHeadersChooseAndTheNewerOneWins) {
  EXPECT_EQ(get("/compute/v2.1/things", {{"openstack-api-version", "compute 2.79"}}).text,
            "\"2.79\"");
  const auto legacy = get("/compute/v2.1/things", {{"x-openstack-nova-api-version", "2.60"}});
  EXPECT_EQ(legacy.text, "\"2.60\"");
  EXPECT_EQ(legacy.header("X-OpenStack-Nova-API-Version"), "2.60");
  EXPECT_EQ(legacy.header("OpenStack-API-Version"), "compute 2.60");
  EXPECT_EQ(get("/compute/v2.1/things", {{"x-openstack-nova-api-version", "2.60"},
                                         {"openstack-api-version", "compute 2.61"}})
                .text,
            "\"2.61\"");
}

TEST_F(VersionTest, OneHeaderMaySpeakToManyServices) {
  const test::Headers list{{"openstack-api-version", "volume 3.5, Compute 2.12 ,placement 1.9"}};
  EXPECT_EQ(get("/compute/v2.1/things", list).text, "\"2.12\"");
  EXPECT_EQ(get("/placement/things", list).text, "\"1.9\"");
  EXPECT_EQ(get("/compute/v2.1/things", {{"openstack-api-version", "volume 3.70"}}).text,
            "\"2.1\"");
  EXPECT_EQ(get("/compute/v2.1/things",
                {{"openstack-api-version", "volume 3.5"}, {"openstack-api-version", "compute 2.3"}})
                .text,
            "\"2.3\"");
}

TEST_F(VersionTest, LatestIsTheGreatest) {
  const auto r = get("/compute/v2.1/things", {{"openstack-api-version", "compute latest"}});
  EXPECT_EQ(r.text, "\"2.93\"");
  EXPECT_EQ(r.header("OpenStack-API-Version"), "compute 2.93");
}

TEST_F(VersionTest, OutOfRangeIsNotAcceptableAndEchoed) {
  for (const char* asked : {"2.999", "2.94", "2.0", "3.1", "1.9"}) {
    const auto r =
        get("/compute/v2.1/things", {{"openstack-api-version", std::string("compute ") + asked}});
    EXPECT_EQ(r.status, 406) << asked;
    EXPECT_EQ(std::string(r.body().at("message").as_string()),
              "Version " + std::string(asked) +
                  " is not supported by the API. Minimum is 2.1 and maximum is 2.93.");
    EXPECT_EQ(r.header("OpenStack-API-Version"), std::string("compute ") + asked);
    EXPECT_EQ(r.header("X-OpenStack-Nova-API-Version"), asked);
  }
}

TEST_F(VersionTest, WhatIsNoVersionIsABadRequestWithoutVersionHeaders) {
  for (const char* asked : {"abc", "2", "2.x", "2.1.1", "LATEST", "2.1 2.2"}) {
    const auto r =
        get("/compute/v2.1/things", {{"openstack-api-version", std::string("compute ") + asked}});
    EXPECT_EQ(r.status, 400) << asked;
    EXPECT_EQ(r.header("OpenStack-API-Version"), "");
    EXPECT_EQ(r.header("X-OpenStack-Nova-API-Version"), "");
  }
  EXPECT_EQ(get("/compute/v2.1/things", {{"x-openstack-nova-api-version", ""}}).status, 400);
}

TEST_F(VersionTest, ALongVersionIsShownInPart) {
  const auto r =
      get("/compute/v2.1/things", {{"openstack-api-version", "compute " + std::string(5000, '9')}});
  EXPECT_EQ(r.status, 400);
  EXPECT_LT(r.text.size(), 300U);
}

TEST_F(VersionTest, ARouteOutsideOfItsVersionsIsNotThere) {
  const auto at = [](const char* v) {
    return test::Headers{{"openstack-api-version", std::string("compute ") + v}};
  };
  EXPECT_EQ(get("/compute/v2.1/old", at("2.35")).status, 200);
  const auto gone = get("/compute/v2.1/old", at("2.36"));
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.header("OpenStack-API-Version"), "compute 2.36");
  EXPECT_EQ(call(router_, "POST", "/compute/v2.1/new").status, 404);
  EXPECT_EQ(call(router_, "POST", "/compute/v2.1/new", "", at("2.60")).status, 200);
  EXPECT_EQ(get("/compute/v2.1/both", at("2.49")).text, "\"before\"");
  EXPECT_EQ(get("/compute/v2.1/both", at("2.50")).text, "\"after\"");
}

TEST_F(VersionTest, RoutesWithCommonVersionsDoNotStart) {
  EXPECT_EQ(kind_of([&] {
              router_.get("/compute/v2.1/both", "public", says("x"), between({2, 40}, {2, 60}));
            }),
            ErrorKind::internal);
}

TEST_F(VersionTest, DocumentsAboveTheVersionsHaveNone) {
  const auto r = get("/compute", {{"openstack-api-version", "compute 9.9"}});
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.header("OpenStack-API-Version"), "");
}

TEST_F(VersionTest, AServiceMayShowItsFaultsItsOwnWay) {
  const auto r = get("/placement/things", {{"openstack-api-version", "placement 1.99"}});
  EXPECT_EQ(r.status, 406);
  EXPECT_EQ(r.body().at("detail"), "Unacceptable version header: 1.99");
  EXPECT_EQ(r.body().at("max_version"), "1.39");
  EXPECT_TRUE(r.body().at("request_id").as_string().starts_with("req-"));
  EXPECT_EQ(r.header("X-OpenStack-Nova-API-Version"), "");
}

}  // namespace
}  // namespace virga::http
