// SPDX-License-Identifier: Apache-2.0
// Who may use a route: one table under OpenStack's policy names, deny by default. The defaults are
// in src/policy_defaults_*.cpp; a file of the operator may override each of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/identity/policy_rule.h"

namespace virga::identity {

/// A row of the defaults.
struct PolicyDefault {
  std::string_view name;
  std::string_view rule;
};

/// One policy as it is in force.
struct Policy {
  std::string name;
  std::string text;           ///< its rule as written
  bool is_public = false;     ///< needs no token at all
  bool owner_scoped = false;  ///< of a service whose queries are scoped by the caller's project
  PolicyRule rule;
};

/// All policies. Immutable after construction, so thread-safe.
class PolicyTable {
 public:
  /// The defaults, with `overrides` (name -> rule) in place of theirs.
  /// @throws Error{invalid} when a name is unknown, a rule cannot be read, refers to an unknown
  /// rule or, in the end, to itself
  explicit PolicyTable(const std::map<std::string, std::string>& overrides = {});

  /// nullptr when the table does not have it.
  const Policy* find(std::string_view name) const noexcept;
  /// Every policy, by name.
  std::vector<const Policy*> list() const;

  /// What a policy says of a caller and an object (nullptr: not known yet). Pure.
  static Verdict ask(const Policy& policy, const http::Caller& caller, const http::Target* target);

 private:
  std::map<std::string, Policy, std::less<>> policies_;
};

}  // namespace virga::identity
