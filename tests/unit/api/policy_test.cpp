// SPDX-License-Identifier: Apache-2.0
#include "api/identity/policy.h"

#include <gtest/gtest.h>

namespace virga::identity {
namespace {

http::Caller caller(const std::string& project, const std::string& role) {
  http::Caller c;
  c.project_id = project;
  if (!role.empty()) c.roles = {{"id", role}};
  return c;
}

TEST(Policy, TheTableIsLookedUpByTheWholeName) {
  ASSERT_NE(find_policy("os_compute_api:servers:create"), nullptr);
  EXPECT_EQ(*find_policy("os_compute_api:servers:create"), Rule::member);
  EXPECT_EQ(*find_policy("public"), Rule::anyone);
  EXPECT_EQ(*find_policy("os_compute_api:os-hypervisors:list"), Rule::admin);
  for (const char* name :
       {"", "os_compute_api:servers", "os_compute_api:servers:create2", "zzz", "PUBLIC"})
    EXPECT_EQ(find_policy(name), nullptr) << name;
}

TEST(Policy, EachRoleMayWhatItsRuleSays) {
  struct Row {
    const char* project;
    const char* role;
    bool authenticated, reader, member, admin;
  };
  const Row rows[] = {
      {"p", "reader", true, true, false, false}, {"p", "member", true, true, true, false},
      {"p", "manager", true, true, true, false}, {"p", "admin", true, true, true, true},
      {"p", "", true, false, false, false},      {"p", "Admin", true, false, false, false},
      {"", "", true, false, false, false},       {"", "member", true, false, false, false},
  };
  for (const auto& r : rows) {
    const auto c = caller(r.project, r.role);
    EXPECT_EQ(allows(Rule::authenticated, c), r.authenticated) << r.role;
    EXPECT_EQ(allows(Rule::reader, c), r.reader) << r.role;
    EXPECT_EQ(allows(Rule::member, c), r.member) << r.role;
    EXPECT_EQ(allows(Rule::admin, c), r.admin) << r.role;
    EXPECT_TRUE(allows(Rule::anyone, c));
  }
}

}  // namespace
}  // namespace virga::identity
