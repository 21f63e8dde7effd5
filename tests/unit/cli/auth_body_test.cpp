// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/auth_body.h"

#include <boost/json/parse.hpp>

#include "common/json.h"
#include "tests/unit/common/test_support.h"

namespace virga::cli {
namespace {

CloudConfig config(const std::string& type, const std::map<std::string, std::string>& auth) {
  CloudConfig c;
  c.name = "c";
  c.auth_type = type;
  c.auth = auth;
  return c;
}

json::value body(const std::string& type, const std::map<std::string, std::string>& auth) {
  return auth_body(config(type, auth));
}

TEST(AuthBody, APasswordOfAProject) {
  EXPECT_EQ(body("password", {{"username", "u"}, {"password", "p"}, {"project_name", "x"}}),
            json::parse(R"({"auth": {"identity": {"methods": ["password"], "password": {"user":
              {"name": "u", "domain": {"id": "default"}, "password": "p"}}},
              "scope": {"project": {"name": "x", "domain": {"id": "default"}}}}})"));
}

TEST(AuthBody, DomainsAreTheirOwn) {
  const json::value b = body("password", {{"username", "u"},
                                          {"password", "p"},
                                          {"user_domain_name", "d"},
                                          {"project_name", "x"},
                                          {"project_domain_id", "e"}});
  EXPECT_EQ(b.at("auth").at("identity").at("password").at("user").at("domain"),
            json::value({{"name", "d"}}));
  EXPECT_EQ(b.at("auth").at("scope").at("project").at("domain"), json::value({{"id", "e"}}));
}

TEST(AuthBody, ScopesOfEveryKind) {
  const auto scope = [](const std::string& key, const std::string& value) {
    const json::value b = body("password", {{"user_id", "u"}, {"password", "p"}, {key, value}});
    const auto* found = b.at("auth").as_object().if_contains("scope");
    return found == nullptr ? json::value() : *found;
  };
  EXPECT_EQ(scope("project_id", "x"), json::parse(R"({"project": {"id": "x"}})"));
  EXPECT_EQ(scope("domain_name", "x"), json::parse(R"({"domain": {"name": "x"}})"));
  EXPECT_EQ(scope("system_scope", "all"), json::parse(R"({"system": {"all": true}})"));
  EXPECT_EQ(scope("trust_id", "x"), json::parse(R"({"OS-TRUST:trust": {"id": "x"}})"));
  EXPECT_TRUE(scope("token", "x").is_null());
  EXPECT_EQ(test::kind_of([&] { scope("system_scope", "some"); }), ErrorKind::invalid);
}

TEST(AuthBody, AnApplicationCredentialHasNoScopeOfItsOwn) {
  EXPECT_EQ(body("v3applicationcredential", {{"application_credential_id", "i"},
                                             {"application_credential_secret", "s"},
                                             {"project_name", "x"}}),
            json::parse(R"({"auth": {"identity": {"methods": ["application_credential"],
              "application_credential": {"id": "i", "secret": "s"}}}})"));
  EXPECT_EQ(body("v3applicationcredential", {{"application_credential_name", "n"},
                                             {"application_credential_secret", "s"},
                                             {"user_id", "u"}})
                .at("auth")
                .at("identity")
                .at("application_credential"),
            json::parse(R"({"name": "n", "secret": "s", "user": {"id": "u"}})"));
}

TEST(AuthBody, WhatIsMissingIsNamed) {
  EXPECT_EQ(test::kind_of([] { body("password", {{"password", "p"}}); }), ErrorKind::invalid);
  EXPECT_EQ(test::kind_of([] { body("v3applicationcredential", {}); }), ErrorKind::invalid);
  EXPECT_EQ(missing_secret(config("password", {})), "password");
  EXPECT_EQ(missing_secret(config("password", {{"password", "p"}})), "");
  EXPECT_EQ(missing_secret(config("token", {})), "token");
  EXPECT_EQ(missing_secret(config("v3applicationcredential", {})), "application_credential_secret");
}

}  // namespace
}  // namespace virga::cli
