// SPDX-License-Identifier: Apache-2.0
// The body of a request for a token, checked with Keystone's rules: who proves himself how, and
// what for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"

namespace virga::identity {

/// A part of the body, with its place for messages. Members that nobody asks for are allowed. Does
/// not own the body. All readers throw Error{invalid}.
class AuthPart {
 public:
  AuthPart(const json::object& object, std::string path)
      : object_(object), path_(std::move(path)) {}

  bool has(std::string_view key) const { return object_.contains(key); }
  /// "" when absent.
  std::string text(std::string_view key) const;
  /// nullopt when absent.
  std::optional<AuthPart> part(std::string_view key) const;
  /// @throws Error{invalid} also when absent, naming this part as `target`
  AuthPart needed(std::string_view key, std::string_view target) const;
  std::vector<std::string> texts(std::string_view key) const;
  const json::value* raw(std::string_view key) const { return object_.if_contains(key); }

 private:
  std::string place(std::string_view key) const;

  const json::object& object_;
  std::string path_;
};

/// "Expecting to find domain in project. The server could not comply ..."
[[noreturn]] void throw_expecting(std::string_view attribute, std::string_view target);

/// A user, project or domain as requests name it. All texts may be empty.
struct NamedPart {
  std::string id;
  std::string name;
  std::string domain_id;
  std::string domain_name;
};

/// {"id"} or {"name", "domain": {"id" or "name"}}. A name without its domain is refused.
/// @param what "user" or "project"
NamedPart read_named(const AuthPart& part, std::string_view what);

struct AuthScope {
  enum class Kind { absent, unscoped, project, domain, system, trust };
  Kind kind = Kind::absent;
  NamedPart named;  ///< of a project; the id or name of a domain; the id of a trust
};

struct AuthRequest {
  AuthPart identity;
  std::vector<std::string> methods;  ///< each once, in the order given
  AuthScope scope;
};

/// @param body must outlive the result
AuthRequest read_auth_request(const json::value& body);

}  // namespace virga::identity
