// SPDX-License-Identifier: Apache-2.0
// The pure expansion against a naive model, and the queries of the store against the expansion.
#include "api/identity/assignments.h"

#include <algorithm>
#include <functional>
#include <random>
#include <set>

#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/roles.h"
#include "db/store/users.h"
#include "tests/unit/common/test_support.h"

namespace virga::identity {
namespace {

using model::ActorKind;
using model::Grant;
using model::TargetKind;

std::string name(const char* kind, int i) {
  return kind + std::to_string(i);
}

/// A random small cloud: trees of projects in two domains, groups, implied roles in any shape.
struct World {
  static constexpr int kUsers = 4, kGroups = 3, kProjects = 7, kRoles = 5, kDomains = 2;
  AssignmentFacts facts;
  std::map<std::string, std::string> domain_of;  // of a project
  std::set<std::string> domain_roles;

  explicit World(std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    for (int i = 0; i < kProjects; ++i) {
      const int above = i == 0 ? -1 : pick(i + 1) - 1;
      const std::string parent = above < 0 ? name("d", pick(kDomains)) : name("p", above);
      domain_of[name("p", i)] = above < 0 ? parent : domain_of[parent];
      facts.projects.push_back({name("p", i), parent});
    }
    for (int g = 0; g < kGroups; ++g)
      for (int u = 0; u < kUsers; ++u)
        if (pick(3) == 0) facts.members.emplace_back(name("g", g), name("u", u));
    for (int i = 0; i < kRoles; ++i)
      if (pick(4) == 0) domain_roles.insert(name("r", i));
    std::set<std::pair<std::string, std::string>> implied;
    for (int i = pick(6); i > 0; --i)
      implied.emplace(name("r", pick(kRoles)), name("r", pick(kRoles)));
    facts.implications.assign(implied.begin(), implied.end());
    std::set<Grant> grants;
    for (int i = pick(14); i > 0; --i) {
      Grant g;
      g.role_id = name("r", pick(kRoles));
      g.actor_kind = pick(2) == 0 ? ActorKind::user : ActorKind::group;
      g.actor_id =
          g.actor_kind == ActorKind::user ? name("u", pick(kUsers)) : name("g", pick(kGroups));
      g.target_kind = static_cast<TargetKind>(pick(3));
      g.inherited = g.target_kind != TargetKind::system && pick(2) == 0;
      g.target_id = g.target_kind == TargetKind::project  ? name("p", pick(kProjects))
                    : g.target_kind == TargetKind::domain ? name("d", pick(kDomains))
                                                          : "all";
      grants.insert(g);
    }
    facts.grants.assign(grants.begin(), grants.end());
  }

  bool is_member(const std::string& group, const std::string& user) const {
    return std::find(facts.members.begin(), facts.members.end(), std::pair(group, user)) !=
           facts.members.end();
  }
  bool is_below(const std::string& project, const Grant& g) const {
    if (g.target_kind == TargetKind::domain) return domain_of.at(project) == g.target_id;
    std::string at = project;
    while (at.starts_with('p')) {
      at = facts.projects[static_cast<std::size_t>(std::stoi(at.substr(1)))].parent_id;
      if (at == g.target_id) return true;
    }
    return false;
  }
  bool reaches(const std::string& from, const std::string& to) const {
    std::set<std::string> all{from};
    for (std::size_t before = 0; before != all.size();) {
      before = all.size();
      for (const auto& [prior, implied] : facts.implications)
        if (all.contains(prior)) all.insert(implied);
    }
    return all.contains(to);
  }
  /// By the definition, one question at a time.
  bool holds(const std::string& user, const std::string& role, TargetKind kind,
             const std::string& target) const {
    return std::any_of(facts.grants.begin(), facts.grants.end(), [&](const Grant& g) {
      const bool is_his =
          g.actor_kind == ActorKind::user ? g.actor_id == user : is_member(g.actor_id, user);
      const bool is_there = g.inherited ? kind == TargetKind::project && is_below(target, g)
                                        : g.target_kind == kind && g.target_id == target;
      return is_his && is_there && reaches(g.role_id, role);
    });
  }
  void each(
      const std::function<void(const std::string&, TargetKind, const std::string&)>& f) const {
    for (int u = 0; u < kUsers; ++u) {
      for (int p = 0; p < kProjects; ++p) f(name("u", u), TargetKind::project, name("p", p));
      for (int d = 0; d < kDomains; ++d) f(name("u", u), TargetKind::domain, name("d", d));
      f(name("u", u), TargetKind::system, "all");
    }
  }
  void store_in(store::WriteTx& tx) const {
    for (int d = 0; d < kDomains; ++d)
      store::domains::insert(tx, model::Domain{name("d", d), name("d", d), "", true});
    for (const auto& p : facts.projects)
      store::projects::insert(
          tx, model::Project{p.id, domain_of.at(p.id), p.id, "", true, p.parent_id});
    for (int u = 0; u < kUsers; ++u)
      store::users::insert(tx, model::User{name("u", u), "d0", name("u", u), "", true});
    for (int i = 0; i < kRoles; ++i)
      store::roles::insert(tx, model::Role{name("r", i), name("r", i),
                                           domain_roles.contains(name("r", i)) ? "d0" : ""});
    for (int g = 0; g < kGroups; ++g)
      tx.exec(
          "INSERT INTO groups (id, domain_id, name, description, extra)"
          " VALUES ($1, 'd0', $2, '', '{}')",
          name("g", g), name("g", g));
    for (const auto& [group, user] : facts.members)
      tx.exec("INSERT INTO group_members (group_id, user_id) VALUES ($1, $2)", group, user);
    for (const auto& [prior, implied] : facts.implications) store::roles::imply(tx, prior, implied);
    for (const auto& grant : facts.grants) store::grants::insert(tx, grant);
  }
};

TEST(AssignmentsTest, ExpansionAgreesWithTheDefinition) {
  const std::uint32_t first = std::random_device()();
  for (std::uint32_t seed = first; seed < first + 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const World world(seed);
    const auto all = expand(world.facts);
    EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
    world.each([&](const std::string& user, TargetKind kind, const std::string& target) {
      for (int i = 0; i < World::kRoles; ++i) {
        const std::string role = name("r", i);
        const bool found = std::any_of(all.begin(), all.end(), [&](const Assignment& a) {
          return a.grant.actor_id == user && a.grant.target_kind == kind &&
                 a.grant.target_id == target && a.grant.role_id == role && !a.grant.inherited;
        });
        ASSERT_EQ(found, world.holds(user, role, kind, target)) << user << role << target;
      }
    });
  }
}

TEST(AssignmentsTest, TheStoresQueriesAgreeWithTheExpansion) {
  const std::uint32_t first = std::random_device()();
  for (std::uint32_t seed = first; seed < first + 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const World world(seed);
    const test::TempDir dir;
    store::Database db(dir.path("virga.db"));
    db.write([&](store::WriteTx& tx) { world.store_in(tx); });
    db.read([&](store::ReadTx& tx) {
      std::map<std::string, std::set<std::string>> projects, domains;
      world.each([&](const std::string& user, TargetKind kind, const std::string& target) {
        std::set<std::string> expected, stripped, found, found_stripped;
        for (int i = 0; i < World::kRoles; ++i) {
          const std::string role = name("r", i);
          if (!world.holds(user, role, kind, target)) continue;
          expected.insert(role);
          if (!world.domain_roles.contains(role)) stripped.insert(role);
        }
        for (const auto& role :
             store::grants::list_roles(tx, user, kind, target, store::grants::Strip::none))
          found.insert(role.id);
        for (const auto& role : store::grants::list_roles(tx, user, kind, target))
          found_stripped.insert(role.id);
        ASSERT_EQ(found, expected);
        ASSERT_EQ(found_stripped, stripped);
        if (!stripped.empty() && kind == TargetKind::project) projects[user].insert(target);
        if (!stripped.empty() && kind == TargetKind::domain) domains[user].insert(target);
      });
      for (int u = 0; u < World::kUsers; ++u) {
        const std::string user = name("u", u);
        const auto p = store::grants::list_project_ids(tx, user);
        const auto d = store::grants::list_domain_ids(tx, user);
        ASSERT_EQ(std::set(p.begin(), p.end()), projects[user]);
        ASSERT_EQ(std::set(d.begin(), d.end()), domains[user]);
      }
    });
  }
}

}  // namespace
}  // namespace virga::identity
