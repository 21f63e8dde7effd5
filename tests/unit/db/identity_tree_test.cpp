// SPDX-License-Identifier: Apache-2.0
// Domains with what is in them: trees of projects, users, groups, options.
#include "db/store/domain_config.h"
#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/groups.h"
#include "db/store/projects.h"
#include "db/store/roles.h"
#include "db/store/tokens.h"
#include "db/store/users.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

using Names = std::vector<std::string>;

class IdentityTree : public StoreTest {
 protected:
  IdentityTree() {
    write([](WriteTx& tx) {
      for (const char* id : {"d1", "d2"}) domains::insert(tx, {id, id, "", true});
      projects::insert(tx, {"a", "d1", "A", "", true});
      projects::insert(tx, {"b", "d1", "B", "", false, "a"});
      projects::insert(tx, {"c", "d1", "C", "", true, "b"});
      projects::insert(tx, {"x", "d2", "X", "", true});
      users::insert(tx, {"u1", "d1", "ann", "hash", true});
      users::insert(tx, {"u2", "d2", "bob", "", true});
      groups::insert(tx, {"g1", "d1", "crew"});
      roles::insert(tx, {"r1", "member"});
    });
  }
  template <class F>
  void write(F f) {
    db_.write([&](WriteTx& tx) { f(tx); });
  }
  template <class F>
  auto read(F f) {
    return db_.read([&](ReadTx& tx) { return f(tx); });
  }
  static Names ids(const std::vector<model::Project>& projects) {
    Names all;
    for (const auto& p : projects) all.push_back(p.id);
    return all;
  }
  Names held(const std::string& user) {
    return read([&](ReadTx& tx) { return ids(projects::list_held(tx, user)); });
  }
};

TEST_F(IdentityTree, ListsWhatIsBelow) {
  read([](ReadTx& tx) {
    EXPECT_EQ(ids(projects::list_below(tx, "d1")), (Names{"a", "b", "c"}));
    EXPECT_EQ(ids(projects::list_below(tx, "a")), (Names{"b", "c"}));
    EXPECT_EQ(ids(projects::list_below(tx, "c")), Names{});
    EXPECT_TRUE(projects::has_children(tx, "b"));
    EXPECT_FALSE(projects::has_children(tx, "c"));
  });
}

TEST_F(IdentityTree, ARoleIsHeldDirectlyByAGroupOrInherited) {
  EXPECT_EQ(held("u1"), Names{});
  write([](WriteTx& tx) {
    grants::insert(tx, {.role_id = "r1", .actor_id = "u1", .target_id = "x"});
  });
  EXPECT_EQ(held("u1"), Names{"x"});
  write([](WriteTx& tx) {
    grants::insert(tx, {.role_id = "r1", .actor_id = "u1", .target_id = "a", .inherited = true});
  });
  EXPECT_EQ(held("u1"), (Names{"b", "c", "x"})) << "below a, not on it";
  write([](WriteTx& tx) {
    groups::add_member(tx, "g1", "u2");
    grants::insert(tx, {.role_id = "r1",
                        .actor_kind = model::ActorKind::group,
                        .actor_id = "g1",
                        .target_kind = model::TargetKind::domain,
                        .target_id = "d1",
                        .inherited = true});
  });
  EXPECT_EQ(held("u2"), (Names{"a", "b", "c"}));
  EXPECT_EQ(read([](ReadTx& tx) { return ids(projects::list_of_user(tx, "u2")); }),
            (Names{"a", "c"}))
      << "enabled ones";
}

TEST_F(IdentityTree, ListsStopWhenTold) {
  Names seen;
  read([&](ReadTx& tx) {
    users::each(tx, {}, [&](const model::User& user) {
      seen.push_back(user.id + user.password_hash);
      return false;
    });
    users::each(tx, {.after = "u1"}, [&](const model::User& user) {
      seen.push_back(user.id);
      return true;
    });
    projects::each(tx, {.domain_id = "d1", .name = "C"}, [&](const model::Project& project) {
      seen.push_back(project.id);
      return true;
    });
    groups::each(tx, {.name = "other"}, [&](const model::Group& group) {
      seen.push_back(group.id);
      return true;
    });
  });
  EXPECT_EQ(seen, (Names{"u1", "u2", "c"})) << "and hashes are not read";
}

TEST_F(IdentityTree, AUserTakesHisOwnRowsWithHim) {
  write([](WriteTx& tx) {
    groups::add_member(tx, "g1", "u1");
    groups::add_member(tx, "g1", "u1");
    grants::insert(tx, {.role_id = "r1", .actor_id = "u1", .target_id = "a"});
    tokens::insert(tx, {"hash", "audit", "u1", "a", 0, 1});
    users::erase(tx, "u1");
  });
  for (const char* table : {"group_members", "grants", "tokens"})
    EXPECT_EQ(count(table), 0) << table;
}

TEST_F(IdentityTree, ADomainTakesEverythingWithIt) {
  write([](WriteTx& tx) {
    groups::add_member(tx, "g1", "u2");
    domains::set_tags(tx, "d1", {"x", "y"});
    projects::set_tags(tx, "a", {"x"});
    domain_config::set(tx, "d1", {"ldap", "url", "\"x\"", false});
    grants::insert(tx, {.role_id = "r1", .actor_id = "u2", .target_id = "a"});
    grants::insert(tx, {.role_id = "r1", .actor_id = "u2", .target_id = "x"});
    tokens::insert(tx, {"t1", "audit", "u2", "a", 0, 1});
    tokens::insert(tx, {"t2", "audit", "u2", "x", 0, 1});
    domains::erase(tx, "d1");
  });
  EXPECT_EQ(count("domains"), 1);
  EXPECT_EQ(count("projects"), 1);
  EXPECT_EQ(count("users"), 1);
  EXPECT_EQ(count("grants"), 1);
  EXPECT_EQ(count("tokens"), 1);
  for (const char* table :
       {"groups", "group_members", "domain_tags", "project_tags", "domain_config"})
    EXPECT_EQ(count(table), 0) << table;
}

TEST_F(IdentityTree, OptionsAreReplacedAndRemovedByGroup) {
  write([](WriteTx& tx) {
    domain_config::set(tx, "d1", {"ldap", "url", "\"x\"", false});
    domain_config::set(tx, "d1", {"ldap", "url", "\"y\"", false});
    domain_config::set(tx, "d1", {"ldap", "password", "\"s\"", true});
    domain_config::set(tx, "d1", {"identity", "driver", "\"sql\"", false});
    domain_config::erase(tx, "d1", "ldap", "password");
  });
  const auto left = read([](ReadTx& tx) { return domain_config::list(tx, "d1"); });
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[1].value, "\"y\"");
  write([](WriteTx& tx) { domain_config::erase(tx, "d1", "ldap", ""); });
  EXPECT_EQ(count("domain_config"), 1);
  write([](WriteTx& tx) { domain_config::erase(tx, "d1", "", ""); });
  EXPECT_EQ(count("domain_config"), 0);
}

}  // namespace
}  // namespace virga::store
