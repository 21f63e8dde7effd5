// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/cloud_config.h"

#include "common/file.h"
#include "tests/unit/common/test_support.h"

namespace virga::cli {
namespace {

class CloudConfigTest : public testing::Test {
 protected:
  CloudConfigTest() {
    around_.variable = [this](const std::string& name) {
      const auto it = variables_.find(name);
      return it == variables_.end() ? "" : it->second;
    };
    around_.directory = dir_.path("here");
    around_.home = dir_.path("home");
    around_.etc = dir_.path("etc");
    make_directories(around_.directory);
    make_directories(around_.home + "/.config/openstack");
    make_directories(around_.etc);
  }

  static std::string cloud(const std::string& name, const std::string& user) {
    return "clouds:\n  " + name +
           ":\n    region_name: R1\n    auth:\n      auth_url: http://c/v3\n" +
           "      username: " + user + "\n      password: secret\n";
  }
  void write(const std::string& path, const std::string& text) { write_file_atomic(path, text); }

  const test::TempDir dir_;
  std::map<std::string, std::string> variables_;
  Surroundings around_;
};

TEST_F(CloudConfigTest, TheFirstFileOfTheSearchPathIsTaken) {
  write(around_.etc + "/clouds.yaml", cloud("one", "etc"));
  EXPECT_EQ(read_cloud(around_, "one").of("username"), "etc");
  write(around_.home + "/.config/openstack/clouds.yaml", cloud("one", "home"));
  EXPECT_EQ(read_cloud(around_, "one").of("username"), "home");
  write(around_.directory + "/clouds.yml", cloud("one", "here"));
  EXPECT_EQ(read_cloud(around_, "one").of("username"), "here");
  write(dir_.path("named.yaml"), cloud("one", "named"));
  variables_["OS_CLIENT_CONFIG_FILE"] = dir_.path("named.yaml");
  EXPECT_EQ(read_cloud(around_, "one").of("username"), "named");
}

TEST_F(CloudConfigTest, SecureYamlIsLaidOverTheRest) {
  write(around_.directory + "/clouds.yaml", cloud("one", "me"));
  write(around_.etc + "/secure.yaml", "clouds: {one: {auth: {password: better}}}");
  const CloudConfig found = read_cloud(around_, "one");
  EXPECT_EQ(found.of("password"), "better");
  EXPECT_EQ(found.of("username"), "me");
  EXPECT_EQ(found.region, "R1");
  EXPECT_EQ(found.auth_type, "password");
}

TEST_F(CloudConfigTest, TheOnlyCloudNeedsNoName) {
  write(around_.directory + "/clouds.yaml", cloud("one", "me"));
  EXPECT_EQ(read_cloud(around_, "").name, "one");
  write(around_.directory + "/clouds.yaml",
        cloud("one", "me") + "  two: {auth: {auth_url: http://d/v3}}\n");
  EXPECT_NE(test::message_of([&] { read_cloud(around_, ""); }).find("one, two"), std::string::npos);
  variables_["OS_CLOUD"] = "two";
  EXPECT_EQ(read_cloud(around_, "").name, "two");
  EXPECT_EQ(read_cloud(around_, "one").name, "one");
}

TEST_F(CloudConfigTest, VariablesAreACloudWhenNoneIsNamed) {
  write(around_.directory + "/clouds.yaml", cloud("one", "me"));
  variables_ = {{"OS_AUTH_URL", "http://e/v3"}, {"OS_USERNAME", "you"},
                {"OS_PASSWORD", "p"},           {"OS_TENANT_NAME", "old"},
                {"OS_CACERT", "/ca"},           {"OS_INTERFACE", "internalURL"}};
  const CloudConfig found = read_cloud(around_, "");
  EXPECT_EQ(found.name, "envvars");
  EXPECT_EQ(found.of("auth_url"), "http://e/v3");
  EXPECT_EQ(found.of("project_name"), "old");
  EXPECT_EQ(found.cacert, "/ca");
  EXPECT_EQ(found.interface, "internal");
  EXPECT_EQ(read_cloud(around_, "one").of("username"), "me");
}

TEST_F(CloudConfigTest, OfANamedCloudOnlyAMissingSecretComesFromVariables) {
  write(around_.directory + "/clouds.yaml",
        "clouds: {a: {auth: {auth_url: u, username: me}},"
        " b: {auth: {auth_url: u, username: me, password: mine}}}");
  variables_ = {{"OS_USERNAME", "you"}, {"OS_PASSWORD", "typed"}};
  EXPECT_EQ(read_cloud(around_, "a").of("password"), "typed");
  EXPECT_EQ(read_cloud(around_, "a").of("username"), "me");
  EXPECT_EQ(read_cloud(around_, "b").of("password"), "mine");
}

TEST_F(CloudConfigTest, TheWayToLogInIsNamedOrSeen) {
  write(around_.directory + "/clouds.yaml",
        "clouds:\n"
        "  seen: {auth: {auth_url: u, application_credential_id: i,"
        " application_credential_secret: s}}\n"
        "  old: {auth_type: v3password, auth: {auth_url: u}}\n"
        "  token: {auth_type: v3token, auth: {auth_url: u, token: t}}\n"
        "  odd: {auth_type: v3kerberos, auth: {auth_url: u}}\n");
  EXPECT_EQ(read_cloud(around_, "seen").auth_type, "v3applicationcredential");
  EXPECT_EQ(read_cloud(around_, "old").auth_type, "password");
  EXPECT_EQ(read_cloud(around_, "token").auth_type, "token");
  EXPECT_EQ(test::kind_of([&] { read_cloud(around_, "odd"); }), ErrorKind::invalid);
}

TEST_F(CloudConfigTest, TrustInServersIsConfigured) {
  write(around_.directory + "/clouds.yaml",
        "clouds: {a: {verify: false, auth: {auth_url: u}}, b: {cacert: /x, auth: {auth_url: u}},"
        " c: {insecure: true, auth: {auth_url: u}}}");
  EXPECT_FALSE(read_cloud(around_, "a").verify);
  EXPECT_TRUE(read_cloud(around_, "b").verify);
  EXPECT_EQ(read_cloud(around_, "b").cacert, "/x");
  EXPECT_FALSE(read_cloud(around_, "c").verify);
}

TEST_F(CloudConfigTest, WhatCannotBeUsedIsNamed) {
  const auto why = [&](const std::string& text, const std::string& name) {
    write(around_.directory + "/clouds.yaml", text);
    return test::message_of([&] { read_cloud(around_, name); });
  };
  EXPECT_NE(why("clouds: [", "a").find("is not YAML"), std::string::npos);
  EXPECT_NE(why("- list", "a").find("'a' is not in"), std::string::npos);
  EXPECT_NE(why("clouds: {b: {auth: {auth_url: u}}}", "a").find("which has: b"), std::string::npos);
  EXPECT_NE(why("clouds: {a: {auth: {}}}", "a").find("no auth_url"), std::string::npos);
  EXPECT_NE(why("clouds: {a: {profile: x, auth: {auth_url: u}}}", "a").find("profile"),
            std::string::npos);
  EXPECT_NE(why("clouds: {}", "").find("Choose one"), std::string::npos);
}

TEST_F(CloudConfigTest, NamesAreListedForCompletion) {
  EXPECT_TRUE(list_clouds(around_).empty());
  write(around_.directory + "/clouds.yaml", "clouds: {a: {}, b: {}}");
  EXPECT_EQ(list_clouds(around_), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace virga::cli
