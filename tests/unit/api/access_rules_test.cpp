// SPDX-License-Identifier: Apache-2.0
#include "api/identity/access_rules.h"

#include <gtest/gtest.h>

#include "api/http/router.h"

namespace virga::identity {
namespace {

TEST(AccessRulesTest, PatternsStandForOnePartOrForAnything) {
  const auto matches = path_matches;
  EXPECT_TRUE(matches("/v2.1/servers", "/v2.1/servers"));
  EXPECT_FALSE(matches("/v2.1/servers", "/v2.1/servers/1"));
  EXPECT_FALSE(matches("/v2.1/servers", "/v2x1/servers"));
  EXPECT_TRUE(matches("/v2.1/servers/*", "/v2.1/servers/1"));
  EXPECT_FALSE(matches("/v2.1/servers/*", "/v2.1/servers/"));
  EXPECT_FALSE(matches("/v2.1/servers/*", "/v2.1/servers/1/action"));
  EXPECT_TRUE(matches("/v2.1/servers/{server_id}/ips", "/v2.1/servers/1/ips"));
  EXPECT_FALSE(matches("/v2.1/servers/{server_id}/ips", "/v2.1/servers/1/2/ips"));
  EXPECT_TRUE(matches("/v2.1/**", "/v2.1/servers/1/action"));
  EXPECT_TRUE(matches("/v2.1/**", "/v2.1/"));
  EXPECT_TRUE(matches("**", ""));
  EXPECT_FALSE(matches("*", ""));
  EXPECT_TRUE(matches("/a/**/z", "/a/b/c/z"));
  EXPECT_TRUE(matches("/a*z", "/abcz"));
  EXPECT_FALSE(matches("/a*z", "/ab/cz"));
  EXPECT_TRUE(matches("/{open", "/{open"));
}

TEST(AccessRulesTest, ManyWildcardsTakeLinearTime) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "**a";
  EXPECT_FALSE(path_matches(pattern + "b", std::string(8000, 'a')));
}

class AllowedTest : public testing::Test {
 protected:
  AllowedTest() {
    service_.prefix = "/compute";
    service_.type = "compute";
    request_.service = &service_;
    request_.method = "GET";
  }
  bool allowed(const std::string& path) {
    request_.path = path;
    return allowed_by(rules_, request_);
  }
  http::Service service_;
  http::Request request_;
  std::vector<http::AccessRule> rules_{{"1", "compute", "GET", "/v2.1/servers/*"}};
};

TEST_F(AllowedTest, ServiceMethodAndPathMustFit) {
  EXPECT_TRUE(allowed("/compute/v2.1/servers/1"));
  EXPECT_TRUE(allowed("/compute//v2.1/servers/1/")) << "as the router sees it";
  EXPECT_TRUE(allowed("/compute/v2.1/%73ervers/1"));
  EXPECT_FALSE(allowed("/compute/v2.1/flavors/1"));
  request_.method = "DELETE";
  EXPECT_FALSE(allowed("/compute/v2.1/servers/1"));
  request_.method = "GET";
  service_.type = "image";
  EXPECT_FALSE(allowed("/compute/v2.1/servers/1"));
}

TEST_F(AllowedTest, AHiddenSlashMatchesNothing) {
  rules_.push_back({"2", "compute", "GET", "/**"});
  EXPECT_FALSE(allowed("/compute/v2.1/servers%2F1"));
  EXPECT_TRUE(allowed("/compute/v2.1/servers/1/2"));
}

TEST_F(AllowedTest, NoRulesAllowEverythingAndTokensMayAlwaysBeChecked) {
  service_.prefix = "/identity";
  service_.type = "identity";
  EXPECT_TRUE(allowed("/identity/v3/auth/tokens"));
  EXPECT_FALSE(allowed("/identity/v3/auth/projects"));
  rules_.clear();
  EXPECT_TRUE(allowed("/identity/v3/auth/projects"));
}

}  // namespace
}  // namespace virga::identity
