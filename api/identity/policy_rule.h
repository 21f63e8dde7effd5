// SPDX-License-Identifier: Apache-2.0
// Rules in OpenStack's policy language: "rule:admin_required or (role:reader and system_scope:all)
// or user_id:%(target.user.id)s".  Source: the documentation of oslo.policy, "Policy rule
// expressions".
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace virga::identity {

/// What a rule says of a caller. `open`: it depends on an object that is not known yet.
enum class Verdict { no, yes, open };

/// One parsed rule. Immutable; evaluation is pure and thread-safe.
class PolicyRule {
 public:
  /// What a rule is asked about.
  struct Question {
    const http::Caller& caller;
    /// The object, or nullptr when it is not known yet.
    const http::Target* target = nullptr;
    /// Queries are scoped by owner: an unknown %(project_id)s or %(user_id)s is the caller's own.
    bool owner_scoped = false;
  };
  /// Finds the rule that "rule:name" refers to; nullptr when there is none.
  using Lookup = std::function<const PolicyRule*(std::string_view)>;

  /// @throws Error{invalid} naming what cannot be read
  static PolicyRule parse(std::string_view text);

  /// Names that "rule:" checks refer to.
  std::vector<std::string> references() const;
  /// Binds the references. Must be called once, before evaluate().
  /// @throws Error{invalid} when one is unknown
  void bind(const Lookup& lookup);
  Verdict evaluate(const Question& question) const;

  struct Node;
  ~PolicyRule();
  PolicyRule(PolicyRule&&) noexcept;
  PolicyRule& operator=(PolicyRule&&) noexcept;

 private:
  explicit PolicyRule(std::unique_ptr<Node> root);
  std::unique_ptr<Node> root_;
};

}  // namespace virga::identity
