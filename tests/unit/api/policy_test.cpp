// SPDX-License-Identifier: Apache-2.0
#include "api/identity/policy.h"

#include <gtest/gtest.h>

#include "common/error.h"

namespace virga::identity {
namespace {

http::Caller caller(const std::string& project, const std::string& role) {
  http::Caller c;
  c.user_id = "u";
  c.project_id = project;
  if (!role.empty()) c.roles = {{"id", role}};
  return c;
}

Verdict ask(const std::string& rule, const http::Caller& c, const http::Target* target = nullptr,
            bool owner_scoped = false) {
  return PolicyRule::parse(rule).evaluate({c, target, owner_scoped});
}

TEST(PolicyRule, ReadsTheLanguage) {
  const auto c = caller("p", "Member");
  struct Row {
    const char* rule;
    Verdict verdict;
  };
  const Row rows[] = {
      {"", Verdict::yes},
      {"@", Verdict::yes},
      {"!", Verdict::no},
      {"not !", Verdict::yes},
      {"role:member", Verdict::yes},
      {"role:reader", Verdict::no},
      {"role:reader or role:member", Verdict::yes},
      {"role:reader and role:member", Verdict::no},
      {"role:reader and role:reader or role:member", Verdict::yes},
      {"role:member and (role:reader or not role:admin)", Verdict::yes},
      {"project_id:p", Verdict::yes},
      {"system_scope:all", Verdict::no},
      {"user_id:%(target.user.id)s", Verdict::open},
      {"not user_id:%(target.user.id)s", Verdict::open},
      {"role:member or user_id:%(target.user.id)s", Verdict::yes},
      {"role:reader and user_id:%(target.user.id)s", Verdict::no},
      {"role:member and user_id:%(target.user.id)s", Verdict::open},
      {"project_id:%(project_id)s", Verdict::open},
  };
  for (const auto& r : rows) EXPECT_EQ(ask(r.rule, c), r.verdict) << r.rule;
}

TEST(PolicyRule, ComparesWithTheObject) {
  auto c = caller("p", "member");
  const http::Target target{{"target.user.id", "u"}, {"target.role.domain_id", ""}, {"owner", "q"}};
  EXPECT_EQ(ask("user_id:%(target.user.id)s", c, &target), Verdict::yes);
  EXPECT_EQ(ask("project_id:%(owner)s", c, &target), Verdict::no);
  EXPECT_EQ(ask("None:%(target.role.domain_id)s", c, &target), Verdict::yes);
  EXPECT_EQ(ask("domain_id:%(target.role.domain_id)s", c, &target), Verdict::no);
  EXPECT_EQ(ask("user_id:%(absent)s", c, &target), Verdict::no);
  EXPECT_EQ(ask("'q':%(owner)s", c, &target), Verdict::yes);
  c.project_id.clear();
  EXPECT_EQ(ask("project_id:%(project_id)s", c, &target, true), Verdict::no);
}

TEST(PolicyRule, AnOwnerScopedQueryIsTheCallersOwn) {
  EXPECT_EQ(ask("project_id:%(project_id)s", caller("p", ""), nullptr, true), Verdict::yes);
  EXPECT_EQ(ask("project_id:%(project_id)s", caller("", ""), nullptr, true), Verdict::no);
  EXPECT_EQ(ask("project_id:%(owner)s", caller("p", ""), nullptr, true), Verdict::open);
}

TEST(PolicyRule, RefusesWhatItCannotRead) {
  for (const char* text :
       {"role:", "role", "(role:a", "role:a)", "role:a or", "and", "role:a role:b", "not",
        "nobody:%(x)s", ":x", "rule:%(x)s", "role:a && role:b"})
    EXPECT_THROW(PolicyRule::parse(text), Error) << text;
  EXPECT_THROW(PolicyRule::parse(std::string(500, '(') + "@" + std::string(500, ')')), Error);
}

TEST(PolicyTable, IsLookedUpByTheWholeName) {
  const PolicyTable table;
  ASSERT_NE(table.find("os_compute_api:servers:create"), nullptr);
  EXPECT_TRUE(table.find("public")->is_public);
  for (const char* name :
       {"", "os_compute_api:servers", "os_compute_api:servers:create2", "zzz", "PUBLIC"})
    EXPECT_EQ(table.find(name), nullptr) << name;
}

TEST(PolicyTable, OverridesReplaceDefaultsAndNothingElse) {
  using Overrides = std::map<std::string, std::string>;
  const PolicyTable table(Overrides{{"identity:list_users", "role:auditor"}});
  const auto& policy = *table.find("identity:list_users");
  EXPECT_EQ(PolicyTable::ask(policy, caller("", "auditor"), nullptr), Verdict::yes);
  EXPECT_EQ(PolicyTable::ask(policy, caller("", "admin"), nullptr), Verdict::no);
  for (const Overrides& bad : {Overrides{{"identity:list_user", "@"}}, Overrides{{"public", "!"}},
                               Overrides{{"identity:list_users", "rule:nothing"}},
                               Overrides{{"identity:list_users", "rule:identity:list_users"}},
                               Overrides{{"owner", "rule:admin_or_owner"}},
                               Overrides{{"identity:list_users", "role:a or"}}})
    EXPECT_THROW(PolicyTable{bad}, Error) << bad.begin()->first;
}

TEST(PolicyTable, ARoleWithoutAProjectGivesNothingOfProjects) {
  const PolicyTable table;
  const auto& create = *table.find("os_compute_api:servers:create");
  const auto& show = *table.find("os_compute_api:servers:show");
  for (const char* role : {"reader", "member", "admin"}) {
    EXPECT_EQ(PolicyTable::ask(create, caller("", role), nullptr), Verdict::no);
    EXPECT_EQ(PolicyTable::ask(show, caller("", role), nullptr), Verdict::no);
  }
  EXPECT_EQ(PolicyTable::ask(create, caller("p", "reader"), nullptr), Verdict::no);
  EXPECT_EQ(PolicyTable::ask(create, caller("p", "member"), nullptr), Verdict::yes);
  EXPECT_EQ(PolicyTable::ask(create, caller("p", "admin"), nullptr), Verdict::yes);
  EXPECT_EQ(PolicyTable::ask(show, caller("p", "reader"), nullptr), Verdict::yes);
  EXPECT_EQ(PolicyTable::ask(show, caller("p", ""), nullptr), Verdict::no);
}

}  // namespace
}  // namespace virga::identity
