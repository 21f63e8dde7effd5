// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/auth_request.h"

#include <algorithm>

#include "api/identity/src/input.h"
#include "common/error.h"

namespace virga::identity {
namespace {

void require_id_or_name(const AuthPart& part, const std::string& path) {
  if (!part.has("id") && !part.has("name"))
    throw Error(ErrorKind::invalid,
                "Invalid input for field " + path + ": id or name must be present.");
}

AuthScope read_object_scope(const AuthPart& scope) {
  using Kind = AuthScope::Kind;
  static constexpr std::pair<std::string_view, Kind> kKinds[] = {{"project", Kind::project},
                                                                 {"domain", Kind::domain},
                                                                 {"unscoped", Kind::unscoped},
                                                                 {"system", Kind::system},
                                                                 {"OS-TRUST:trust", Kind::trust}};
  AuthScope result;
  int named = 0;
  for (const auto& [key, kind] : kKinds) {
    if (!scope.has(key)) continue;
    ++named;
    result.kind = kind;
  }
  const auto project = scope.part("project");
  if (project) require_id_or_name(*project, "scope/project");
  const auto domain = scope.part("domain");
  if (domain) require_id_or_name(*domain, "scope/domain");
  const auto trust = scope.part("OS-TRUST:trust");
  const auto system = scope.part("system");
  if (system && system->has("all") && !system->raw("all")->is_bool())
    Input::refuse("scope/system/all", *system->raw("all"), "is not of type 'boolean'");
  if (named != 1) throw_expecting("system, project, domain, OS-TRUST:trust or unscoped", "scope");
  if (project) result.named = read_named(*project, "project");
  if (domain) result.named = {domain->text("id"), domain->text("name"), {}, {}};
  if (trust) {
    result.named.id = trust->text("id");
    if (result.named.id.empty()) throw_expecting("trust_id", "trust");
  }
  return result;
}

AuthScope read_scope(const AuthPart& auth) {
  const json::value* const scope = auth.raw("scope");
  if (scope == nullptr) return {};
  if (scope->is_string()) {
    if (*scope == "unscoped") return {AuthScope::Kind::unscoped, {}};
    throw_expecting("system, project, domain, OS-TRUST:trust or unscoped", "scope");
  }
  return read_object_scope(*auth.part("scope"));
}

}  // namespace

std::string AuthPart::place(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "/" + std::string(key);
}

std::string AuthPart::text(std::string_view key) const {
  const json::value* const value = object_.if_contains(key);
  if (value == nullptr) return {};
  return Input::checked(place(key), *value, TextRule{});
}

std::optional<AuthPart> AuthPart::part(std::string_view key) const {
  const json::value* const value = object_.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) Input::refuse(place(key), *value, "is not of type 'object'");
  return AuthPart(value->get_object(), place(key));
}

AuthPart AuthPart::needed(std::string_view key, std::string_view target) const {
  const auto found = part(key);
  if (!found) throw_expecting(key, target);
  return *found;
}

std::vector<std::string> AuthPart::texts(std::string_view key) const {
  const json::value* const value = object_.if_contains(key);
  if (value == nullptr)
    throw Error(ErrorKind::invalid, "'" + std::string(key) + "' is a required property");
  if (!value->is_array()) Input::refuse(place(key), *value, "is not of type 'array'");
  std::vector<std::string> all;
  for (const json::value& item : value->get_array())
    all.push_back(Input::checked(place(key), item, TextRule{}));
  return all;
}

void throw_expecting(std::string_view attribute, std::string_view target) {
  throw Error(ErrorKind::invalid,
              "Expecting to find " + std::string(attribute) + " in " + std::string(target) +
                  ". The server could not comply with the request since it is either malformed or"
                  " otherwise incorrect. The client is assumed to be in error.");
}

NamedPart read_named(const AuthPart& part, std::string_view what) {
  NamedPart named{part.text("id"), part.text("name"), {}, {}};
  const auto domain = part.part("domain");
  if (domain) {
    named.domain_id = domain->text("id");
    named.domain_name = domain->text("name");
  }
  if (named.id.empty() && named.name.empty()) throw_expecting("id or name", what);
  if (named.name.empty()) return named;
  if (!domain) throw_expecting("domain", what);
  if (named.domain_id.empty() && named.domain_name.empty()) throw_expecting("id or name", "domain");
  return named;
}

AuthRequest read_auth_request(const json::value& body) {
  if (!body.is_object())
    throw Error(ErrorKind::invalid, "Expecting to find valid JSON in request body.");
  const AuthPart outer(body.get_object(), "");
  const AuthPart auth = outer.needed("auth", "request body");
  const auto identity = auth.part("identity");
  if (!identity) throw Error(ErrorKind::invalid, "'identity' is a required property");
  AuthRequest request{*identity, {}, {}};
  for (auto& method : identity->texts("methods"))
    if (std::find(request.methods.begin(), request.methods.end(), method) == request.methods.end())
      request.methods.push_back(std::move(method));
  request.scope = read_scope(auth);
  return request;
}

}  // namespace virga::identity
