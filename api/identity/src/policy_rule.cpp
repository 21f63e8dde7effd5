// SPDX-License-Identifier: Apache-2.0
#include "api/identity/policy_rule.h"

#include <strings.h>

#include <algorithm>
#include <optional>

#include "common/error.h"

namespace virga::identity {
namespace {

enum class Kind { constant, all, any, negation, role, reference, attribute, literal };

constexpr int kMaxDepth = 64;  // nested parentheses and references

Verdict inverse(Verdict v) {
  if (v == Verdict::open) return v;
  return v == Verdict::yes ? Verdict::no : Verdict::yes;
}

Verdict verdict(bool yes) {
  return yes ? Verdict::yes : Verdict::no;
}

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\n') {
      ++i;
    } else if (c == '(' || c == ')') {
      tokens.emplace_back(1, c);
      ++i;
    } else {
      std::size_t end = i;
      int open = 0;  // %(name)s has parentheses of its own
      while (end < text.size() && text[end] != ' ' && text[end] != '\t' && text[end] != '\n') {
        if (text[end] == '(') ++open;
        if (text[end] == ')' && --open < 0) break;
        ++end;
      }
      tokens.emplace_back(text.substr(i, end - i));
      i = end;
    }
  }
  return tokens;
}

/// The caller's attribute of that name, as rules know it; nullopt when it has no value.
std::optional<std::string_view> attribute_of(const http::Caller& c, std::string_view name) {
  const auto value = [](const std::string& s) -> std::optional<std::string_view> {
    return s.empty() ? std::nullopt : std::optional<std::string_view>(s);
  };
  if (name == "user_id" || name == "token.user.id") return value(c.user_id);
  if (name == "project_id" || name == "tenant_id" || name == "token.project.id")
    return value(c.project_id);
  if (name == "domain_id" || name == "token.domain.id") return value(c.domain_id);
  if (name == "user_domain_id" || name == "token.user.domain.id") return value(c.user_domain_id);
  if (name == "project_domain_id" || name == "token.project.domain.id")
    return value(c.project_domain_id);
  if (name == "system_scope")
    return c.is_system ? std::optional<std::string_view>("all") : std::nullopt;
  if (name == "trust_id") return value(c.trust_id);
  if (name == "is_admin") return c.is_admin() ? "1" : "0";
  return std::nullopt;
}

bool is_known_attribute(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "user_id",   "token.user.id",          "project_id",     "tenant_id",
      "domain_id", "token.project.id",       "user_domain_id", "token.domain.id",
      "trust_id",  "token.user.domain.id",   "system_scope",   "project_domain_id",
      "is_admin",  "token.project.domain.id"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// "%(name)s" -> name.
std::optional<std::string> placeholder(std::string_view text) {
  if (!text.starts_with("%(") || !text.ends_with(")s")) return std::nullopt;
  return std::string(text.substr(2, text.size() - 4));
}

const std::string* find_in(const http::Target& target, std::string_view name) {
  for (const auto& [key, value] : target)
    if (key == name) return &value;
  return nullptr;
}

bool is_own(std::string_view name) {
  return name == "project_id" || name == "tenant_id" || name == "user_id";
}

}  // namespace

struct PolicyRule::Node {
  Kind kind = Kind::constant;
  Verdict value = Verdict::no;        // of a constant
  std::string left;                   // role, reference, attribute or literal
  std::string right;                  // what it is compared with
  bool is_placeholder = false;        // `right` names a fact of the target
  const PolicyRule* bound = nullptr;  // of a reference
  std::vector<std::unique_ptr<Node>> children;

  Verdict compare(std::optional<std::string_view> mine, const Question& q) const {
    if (!is_placeholder) return verdict(mine && *mine == right);
    if (q.target != nullptr)
      if (const std::string* fact = find_in(*q.target, right))
        return verdict(mine && *mine == (fact->empty() ? "None" : std::string_view(*fact)));
    if (q.owner_scoped && is_own(right)) {
      const auto own = attribute_of(q.caller, right);
      return verdict(mine && own && *mine == *own);
    }
    return q.target == nullptr ? Verdict::open : Verdict::no;
  }

  Verdict evaluate(const Question& q) const {
    switch (kind) {
      case Kind::constant:
        return value;
      case Kind::negation:
        return inverse(children[0]->evaluate(q));
      case Kind::role:
        return verdict(std::any_of(q.caller.roles.begin(), q.caller.roles.end(), [&](auto& role) {
          return ::strcasecmp(role.second.c_str(), left.c_str()) == 0;
        }));
      case Kind::reference:
        return bound->root_->evaluate(q);
      case Kind::attribute:
        return compare(attribute_of(q.caller, left), q);
      case Kind::literal:
        return compare(left, q);
      case Kind::all:
      case Kind::any: {
        const Verdict decisive = kind == Kind::all ? Verdict::no : Verdict::yes;
        Verdict result = inverse(decisive);
        for (const auto& child : children) {
          const Verdict v = child->evaluate(q);
          if (v == decisive) return v;
          if (v == Verdict::open) result = v;
        }
        return result;
      }
    }
    return Verdict::no;
  }

  template <class F>
  void each_reference(const F& f) {
    if (kind == Kind::reference) f(*this);
    for (auto& child : children) child->each_reference(f);
  }
};

namespace {

using Node = PolicyRule::Node;

/// Reads: any := all {"or" all}; all := one {"and" one}; one := "not" one | "(" any ")" | check.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), tokens_(tokens_of(text)) {}

  std::unique_ptr<Node> parse() {
    if (tokens_.empty()) return constant(Verdict::yes);  // an empty rule allows
    auto root = any(0);
    if (at_ != tokens_.size()) refuse(tokens_[at_]);
    return root;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::invalid,
                "The policy rule '" + std::string(text_) + "' cannot be read at '" + what + "'.");
  }
  static std::unique_ptr<Node> constant(Verdict v) {
    auto node = std::make_unique<Node>();
    node->value = v;
    return node;
  }
  bool take(std::string_view word) {
    if (at_ >= tokens_.size() || ::strcasecmp(tokens_[at_].c_str(), std::string(word).c_str()) != 0)
      return false;
    ++at_;
    return true;
  }
  std::unique_ptr<Node> any(int depth) {
    return chain(Kind::any, "or", depth, [this](int d) {
      return chain(Kind::all, "and", d, [this](int e) { return one(e); });
    });
  }
  template <class Part>
  std::unique_ptr<Node> chain(Kind kind, const char* word, int depth, const Part& part) {
    auto first = part(depth);
    if (!take(word)) return first;
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->children.push_back(std::move(first));
    do node->children.push_back(part(depth));
    while (take(word));
    return node;
  }
  std::unique_ptr<Node> one(int depth) {
    if (depth > kMaxDepth) refuse("(");
    if (at_ >= tokens_.size()) refuse("the end");
    if (take("not")) {
      auto node = std::make_unique<Node>();
      node->kind = Kind::negation;
      node->children.push_back(one(depth + 1));
      return node;
    }
    if (take("(")) {
      auto inner = any(depth + 1);
      if (!take(")")) refuse(at_ < tokens_.size() ? tokens_[at_] : "the end");
      return inner;
    }
    return check(tokens_[at_++]);
  }
  std::unique_ptr<Node> check(const std::string& text) const {
    if (text == "@") return constant(Verdict::yes);
    if (text == "!") return constant(Verdict::no);
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0) refuse(text);
    auto node = std::make_unique<Node>();
    node->left = text.substr(0, colon);
    node->right = text.substr(colon + 1);
    if (const auto name = placeholder(node->right)) {
      node->right = *name;
      node->is_placeholder = true;
    }
    if (node->left == "role" || node->left == "rule") {
      node->kind = node->left == "role" ? Kind::role : Kind::reference;
      node->left = node->right;
      if (node->left.empty() || node->is_placeholder) refuse(text);
    } else if (is_known_attribute(node->left)) {
      node->kind = Kind::attribute;
    } else if (node->left == "None" || node->left == "True" || node->left == "False") {
      node->kind = Kind::literal;
    } else if (node->left.size() >= 2 && node->left.front() == '\'' && node->left.back() == '\'') {
      node->kind = Kind::literal;
      node->left = node->left.substr(1, node->left.size() - 2);
    } else {
      refuse(text);
    }
    return node;
  }

  std::string_view text_;
  std::vector<std::string> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

PolicyRule::PolicyRule(std::unique_ptr<Node> root) : root_(std::move(root)) {}
PolicyRule::~PolicyRule() = default;
PolicyRule::PolicyRule(PolicyRule&&) noexcept = default;
PolicyRule& PolicyRule::operator=(PolicyRule&&) noexcept = default;

PolicyRule PolicyRule::parse(std::string_view text) {
  return PolicyRule(Parser(text).parse());
}

std::vector<std::string> PolicyRule::references() const {
  std::vector<std::string> names;
  root_->each_reference([&](const Node& node) { names.push_back(node.left); });
  return names;
}

void PolicyRule::bind(const Lookup& lookup) {
  root_->each_reference([&](Node& node) {
    node.bound = lookup(node.left);
    if (node.bound == nullptr)
      throw Error(ErrorKind::invalid, "A policy refers to the unknown rule '" + node.left + "'.");
  });
}

Verdict PolicyRule::evaluate(const Question& question) const {
  return root_->evaluate(question);
}

}  // namespace virga::identity
