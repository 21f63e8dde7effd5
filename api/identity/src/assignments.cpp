// SPDX-License-Identifier: Apache-2.0
#include "api/identity/assignments.h"

#include <set>
#include <unordered_map>

namespace virga::identity {
namespace {

using Lists = std::unordered_map<std::string, std::vector<std::string>>;

/// The facts by what they are looked up by.
struct Index {
  Lists users;     // of a group
  Lists children;  // of a project or domain
  Lists implied;   // by a role

  explicit Index(const AssignmentFacts& facts) {
    for (const auto& [group, user] : facts.members) users[group].push_back(user);
    for (const auto& project : facts.projects) children[project.parent_id].push_back(project.id);
    for (const auto& [prior, role] : facts.implications) implied[prior].push_back(role);
  }
  static const std::vector<std::string>& of(const Lists& lists, const std::string& key) {
    static const std::vector<std::string> none;
    const auto it = lists.find(key);
    return it == lists.end() ? none : it->second;
  }
};

std::vector<std::string> below(const Lists& children, const std::string& id) {
  std::vector<std::string> all;
  std::set<std::string> seen{id};
  std::vector<std::string> open{id};
  while (!open.empty()) {
    const std::string parent = std::move(open.back());
    open.pop_back();
    for (const auto& child : Index::of(children, parent)) {
      if (!seen.insert(child).second) continue;
      all.push_back(child);
      open.push_back(child);
    }
  }
  return all;
}

/// {role, the role that implies it}: the granted role itself first, with an empty prior.
std::vector<std::pair<std::string, std::string>> roles_of(const Lists& implied,
                                                          const std::string& role) {
  std::vector<std::pair<std::string, std::string>> all{{role, ""}};
  std::set<std::pair<std::string, std::string>> seen{all.front()};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string prior = all[i].first;
    for (const auto& next : Index::of(implied, prior))
      if (seen.emplace(next, prior).second) all.emplace_back(next, prior);
  }
  return all;
}

std::vector<Assignment> users_of(const Index& index, const model::Grant& grant) {
  Assignment one{grant, {}, {}, {}, {}};
  if (grant.actor_kind == model::ActorKind::user) return {one};
  std::vector<Assignment> all;
  one.group_id = grant.actor_id;
  one.grant.actor_kind = model::ActorKind::user;
  for (const auto& user : Index::of(index.users, grant.actor_id)) {
    one.grant.actor_id = user;
    all.push_back(one);
  }
  return all;
}

std::vector<Assignment> targets_of(const Index& index, const Assignment& from) {
  if (!from.grant.inherited) return {from};
  Assignment one = from;
  one.grant.inherited = false;
  one.grant.target_kind = model::TargetKind::project;
  if (from.grant.target_kind == model::TargetKind::domain)
    one.from_domain_id = from.grant.target_id;
  else
    one.from_project_id = from.grant.target_id;
  std::vector<Assignment> all;
  for (const auto& project : below(index.children, from.grant.target_id)) {
    one.grant.target_id = project;
    all.push_back(one);
  }
  return all;
}

}  // namespace

std::vector<Assignment> expand(const AssignmentFacts& facts) {
  const Index index(facts);
  std::set<Assignment> all;
  for (const auto& grant : facts.grants) {
    const auto roles = roles_of(index.implied, grant.role_id);
    for (const auto& user : users_of(index, grant)) {
      for (Assignment one : targets_of(index, user)) {
        for (const auto& [role, prior] : roles) {
          one.grant.role_id = role;
          one.prior_role_id = prior;
          all.insert(one);
        }
      }
    }
  }
  return {all.begin(), all.end()};
}

std::vector<std::string> projects_below(const std::vector<ProjectPlace>& projects,
                                        const std::string& id) {
  AssignmentFacts facts;
  facts.projects = projects;
  return below(Index(facts).children, id);
}

}  // namespace virga::identity
