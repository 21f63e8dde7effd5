// SPDX-License-Identifier: Apache-2.0
#include "api/http/router.h"

#include "tests/unit/api/api_call.h"

namespace virga::http {
namespace {

using test::call;
using test::kind_of;

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    authorizer_.add("ann", "p1", "member");
    router_.add_service({"/svc",
                         [](int status, const std::string& message) {
                           return json_response(status, {{"svc", message}});
                         },
                         {{"X-Svc", "1"}}});
    router_.get("/svc/things", "public", says("list"));
    router_.get("/svc/things/detail", "public", says("detail"));
    router_.get("/svc/things/{id}", "public", shows("id"));
    router_.del("/svc/things/{id}", "public", says("gone"));
    router_.get("/svc/things/{id}/parts/{part}", "public", shows("part"));
    router_.post("/svc/secret", "os_compute_api:servers:create", says("made"));
  }
  static Handler says(const std::string& what) {
    return [what](const Request&) { return json_response(200, json::string(what)); };
  }
  static Handler shows(const std::string& param) {
    return [param](const Request& r) { return json_response(200, json::string(r.param(param))); };
  }
  std::string get(const std::string& path) {
    const auto reply = call(router_, "GET", path);
    return reply.status == 200 ? std::string(reply.body().as_string())
                               : std::to_string(reply.status);
  }

  test::TestAuthorizer authorizer_;
  Router router_{authorizer_};
};

TEST_F(RouterTest, FillsParameters) {
  EXPECT_EQ(get("/svc/things"), "list");
  EXPECT_EQ(get("/svc/things/7"), "7");
  EXPECT_EQ(get("/svc/things/7/parts/wheel"), "wheel");
}

TEST_F(RouterTest, ALiteralWinsOverAParameter) {
  EXPECT_EQ(get("/svc/things/detail"), "detail");
}

TEST_F(RouterTest, ALiteralThatLeadsNowhereGivesWayToTheParameter) {
  EXPECT_EQ(get("/svc/things/detail/parts/x"), "x");
}

TEST_F(RouterTest, DecodesParametersOnce) {
  EXPECT_EQ(get("/svc/things/a%20b"), "a b");
  EXPECT_EQ(get("/svc/things/a%2Fb"), "a/b");
  EXPECT_EQ(get("/svc/things/a%252Fb"), "a%2Fb");
  EXPECT_EQ(get("/svc/things/%c3%a4"), "\xc3\xa4");
}

TEST_F(RouterTest, RefusesBrokenEncodings) {
  for (const char* path :
       {"/svc/things/%", "/svc/things/%zz", "/svc/things/%0", "/svc/things/a%00b"})
    EXPECT_EQ(get(path), "400") << path;
}

TEST_F(RouterTest, UnknownPathsAreNotFoundInTheServicesForm) {
  const auto inside = call(router_, "GET", "/svc/none");
  EXPECT_EQ(inside.status, 404);
  EXPECT_EQ(inside.body().at("svc"), "The resource could not be found.");
  EXPECT_EQ(inside.header("X-Svc"), "1");
  const auto outside = call(router_, "GET", "/svcother/things");
  EXPECT_EQ(outside.status, 404);
  EXPECT_EQ(outside.body().at("error").at("code"), 404);
  for (const char* path : {"/svc/things/7/parts", "/svc/things/7/parts/x/y", "/", ""})
    EXPECT_EQ(call(router_, "GET", path).status, 404) << path;
}

TEST_F(RouterTest, AWrongMethodIsToldTheAllowedOnes) {
  const auto reply = call(router_, "PATCH", "/svc/things/7");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("Allow"), "DELETE, GET");
}

TEST_F(RouterTest, HeadIsAnsweredByGet) {
  EXPECT_EQ(call(router_, "HEAD", "/svc/things/7").status, 200);
  EXPECT_EQ(call(router_, "HEAD", "/svc/secret").status, 405);
}

TEST_F(RouterTest, ChecksThePolicyBeforeTheHandler) {
  EXPECT_EQ(call(router_, "POST", "/svc/secret").status, 401);
  EXPECT_EQ(call(router_, "POST", "/svc/secret", "", {{"x-test-user", "ann"}}).status, 200);
}

TEST_F(RouterTest, AnUnauthorizedAnswerNamesTheIdentityService) {
  EXPECT_EQ(call(router_, "POST", "/svc/secret").header("WWW-Authenticate"),
            "Keystone uri=\"http://cloud:8774/identity\"");
}

TEST_F(RouterTest, ARouteWithoutAPolicyDoesNotStart) {
  EXPECT_EQ(kind_of([&] { router_.get("/svc/new", "no:such:policy", says("x")); }),
            ErrorKind::internal);
  EXPECT_EQ(kind_of([&] { router_.get("/svc/new", "", says("x")); }), ErrorKind::internal);
}

TEST_F(RouterTest, ARouteThatIsThereTwiceDoesNotStart) {
  EXPECT_EQ(kind_of([&] { router_.get("/svc/things", "public", says("x")); }), ErrorKind::internal);
  EXPECT_EQ(kind_of([&] { router_.get("/svc/things/{id}", "public", says("x")); }),
            ErrorKind::internal);
}

TEST_F(RouterTest, OneParameterWithTwoNamesDoesNotStart) {
  EXPECT_EQ(kind_of([&] { router_.get("/svc/things/{name}/wheels", "public", says("x")); }),
            ErrorKind::internal);
  EXPECT_EQ(get("/svc/things/7"), "7") << "the first route keeps its parameter";
}

TEST_F(RouterTest, AHandlersErrorBecomesItsStatus) {
  const std::pair<ErrorKind, int> kinds[] = {
      {ErrorKind::invalid, 400},     {ErrorKind::unauthorized, 401}, {ErrorKind::forbidden, 403},
      {ErrorKind::not_found, 404},   {ErrorKind::conflict, 409},     {ErrorKind::too_large, 413},
      {ErrorKind::unavailable, 503}, {ErrorKind::internal, 500},     {ErrorKind::unknown, 500}};
  for (const auto& [kind, status] : kinds) {
    const std::string path = std::string("/svc/fail-") + name_of(kind);
    router_.get(path, "public", [kind](const Request&) -> Response { throw Error(kind, "Why."); });
    const auto reply = call(router_, "GET", path);
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.text.find("Why.") != std::string::npos, status != 500) << reply.text;
    EXPECT_EQ(reply.header("Retry-After"), status == 503 ? "1" : "");
  }
}

TEST_F(RouterTest, UnknownExceptionsShowNoDetail) {
  router_.get("/svc/crash", "public",
              [](const Request&) -> Response { throw std::runtime_error("secret path /etc/x"); });
  const auto reply = call(router_, "GET", "/svc/crash");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.text.find("secret"), std::string::npos);
  EXPECT_NE(reply.text.find("Request id: req-"), std::string::npos) << reply.text;
}

TEST_F(RouterTest, GoodAnswersCarryTheServicesHeadersToo) {
  EXPECT_EQ(call(router_, "GET", "/svc/things").header("X-Svc"), "1");
}

TEST(RequestTest, FindsHeadersAndParameters) {
  Request r;
  r.headers = {{"a", "1"}, {"a", "2"}};
  r.query = {{"limit", "5"}};
  EXPECT_EQ(r.header("a"), "1");
  EXPECT_EQ(r.header("b"), "");
  EXPECT_EQ(r.parameter("limit"), "5");
  EXPECT_EQ(r.parameter("marker"), std::nullopt);
  EXPECT_EQ(kind_of([&] { (void)r.param("id"); }), ErrorKind::internal);
  r.body = "{";
  EXPECT_EQ(kind_of([&] { (void)r.json(); }), ErrorKind::invalid);
}

}  // namespace
}  // namespace virga::http
