// SPDX-License-Identifier: Apache-2.0
#include "api/http/rest_client.h"

#include "api/agent-link/authority.h"
#include "common/file.h"
#include "tests/unit/api/server_fixture.h"

namespace virga::http {
namespace {

using std::chrono::seconds;
using test::kind_of;

class RestClientTest : public testing::Test {
 protected:
  RestClientTest() {
    settings_.port = 0;
    settings_.pool_threads = 2;
  }
  void use_tls(const std::vector<std::string>& names) {
    const auto issued = agent_link::issue_server(authority_, names);
    write_file_atomic(dir_.path("crt"), issued.certificate);
    write_file_atomic(dir_.path("key"), issued.private_key);
    write_file_atomic(dir_.path("ca"), authority_.certificate);
    settings_.tls = {dir_.path("crt"), dir_.path("key"), ""};
  }
  std::string url(const std::string& target) {
    if (!server_) {
      server_ = std::make_unique<Server>(settings_, routes_.router_);
      server_->start();
    }
    const char* scheme = settings_.tls.certificate.empty() ? "http" : "https";
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(server_->port()) + target;
  }
  RestAnswer get(const std::string& target, const RestTrust& trust = {}) {
    return exchange({"GET", url(target)}, trust);
  }

  const test::TempDir dir_;
  const agent_link::KeyedCertificate authority_ = agent_link::make_authority("a");
  ServerRoutes routes_{dir_.path()};
  ServerSettings settings_;
  std::unique_ptr<Server> server_;
};

TEST_F(RestClientTest, BringsStatusHeadersAndBody) {
  const RestAnswer found = get("/hello");
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(found.body, "\"hello\"");
  EXPECT_EQ(found.header("content-TYPE"), "application/json");
  EXPECT_EQ(found.header("X-None"), "");
  EXPECT_EQ(get("/nothing").status, 404);
}

TEST_F(RestClientTest, SendsMethodHeadersAndBody) {
  const RestAnswer posted =
      exchange({"POST", url("/echo"), {{"Content-Type", "text/plain"}}, "text"}, {});
  EXPECT_EQ(posted.body, "\"text\"");
  const RestAnswer told = exchange({"GET", url("/about?q=a%20b"), {{"X-Custom", "1"}}}, {});
  EXPECT_EQ(json::parse(told.body).at("x"), "1");
  EXPECT_EQ(json::parse(told.body).at("q"), "a b");
  const RestAnswer head = exchange({"HEAD", url("/hello")}, {});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
}

TEST_F(RestClientTest, ReadsAnswersThatComeInPieces) {
  EXPECT_TRUE(get("/pieces/50").body.ends_with("piece 49\n"));
}

TEST_F(RestClientTest, TrustsWhoItIsToldToTrust) {
  use_tls({"127.0.0.1"});
  EXPECT_EQ(get("/hello", {true, dir_.path("ca")}).status, 200);
  EXPECT_EQ(get("/hello", {false, ""}).status, 200);
  EXPECT_EQ(kind_of([&] { get("/hello"); }), ErrorKind::unavailable);
  EXPECT_EQ(kind_of([&] { get("/hello", {true, dir_.path("none")}); }), ErrorKind::invalid);
}

TEST_F(RestClientTest, TheNameMustBeInTheCertificate) {
  use_tls({"elsewhere"});
  EXPECT_EQ(kind_of([&] { get("/hello", {true, dir_.path("ca")}); }), ErrorKind::unavailable);
}

TEST_F(RestClientTest, WhatCannotBeReachedIsUnavailable) {
  EXPECT_EQ(kind_of([] { exchange({"GET", "http://127.0.0.1:1/"}, {}); }), ErrorKind::unavailable);
  for (const char* wrong : {"", "cloud", "ftp://cloud/", "http:///x", "http://u:p@cloud/"})
    EXPECT_EQ(kind_of([&] { exchange({"GET", wrong}, {}); }), ErrorKind::invalid) << wrong;
}

TEST_F(RestClientTest, AServerThatDoesNotAnswerIsNotWaitedForLonger) {
  RestRequest request{"GET", url("/block")};
  request.limit = seconds(1);
  EXPECT_EQ(kind_of([&] { exchange(request, {}); }), ErrorKind::unavailable);
  routes_.release_.count_down();
}

}  // namespace
}  // namespace virga::http
