// SPDX-License-Identifier: Apache-2.0
#include "api/identity/policy.h"

#include <set>

#include "api/identity/src/policy_defaults.h"
#include "common/error.h"

namespace virga::identity {
namespace {

using Policies = std::map<std::string, Policy, std::less<>>;

void add(Policies& into, std::span<const PolicyDefault> rows, bool owner_scoped) {
  for (const auto& row : rows) {
    Policy policy{std::string(row.name), std::string(row.rule), row.name == "public", owner_scoped,
                  PolicyRule::parse(row.rule)};
    if (!into.emplace(policy.name, std::move(policy)).second)
      throw Error(ErrorKind::internal, "Policy '" + std::string(row.name) + "' is there twice.");
  }
}

/// A rule must not refer to itself, not even through others.
void refuse_cycles(const Policies& policies, const Policy& policy, std::set<std::string>& path) {
  if (!path.insert(policy.name).second)
    throw Error(ErrorKind::invalid, "Policy '" + policy.name + "' refers to itself.");
  for (const auto& name : policy.rule.references())
    refuse_cycles(policies, policies.find(name)->second, path);
  path.erase(policy.name);
}

}  // namespace

PolicyTable::PolicyTable(const std::map<std::string, std::string>& overrides) {
  add(policies_, identity_policies(), false);
  add(policies_, virga_policies(), true);
  add(policies_, compute_policies(), true);
  add(policies_, image_policies(), true);
  add(policies_, network_policies(), true);
  add(policies_, placement_policies(), false);
  for (const auto& [name, text] : overrides) {
    const auto it = policies_.find(name);
    if (it == policies_.end() || it->second.is_public)
      throw Error(ErrorKind::invalid, "There is no policy '" + name + "' to override.");
    it->second.text = text;
    it->second.rule = PolicyRule::parse(text);
  }
  for (auto& [name, policy] : policies_)
    policy.rule.bind([&](std::string_view wanted) -> const PolicyRule* {
      const Policy* found = find(wanted);
      return found == nullptr ? nullptr : &found->rule;
    });
  std::set<std::string> path;
  for (const auto& [name, policy] : policies_) refuse_cycles(policies_, policy, path);
}

const Policy* PolicyTable::find(std::string_view name) const noexcept {
  const auto it = policies_.find(name);
  return it == policies_.end() ? nullptr : &it->second;
}

std::vector<const Policy*> PolicyTable::list() const {
  std::vector<const Policy*> all;
  for (const auto& [name, policy] : policies_) all.push_back(&policy);
  return all;
}

Verdict PolicyTable::ask(const Policy& policy, const http::Caller& caller,
                         const http::Target* target) {
  return policy.rule.evaluate({caller, target, policy.owner_scoped});
}

}  // namespace virga::identity
