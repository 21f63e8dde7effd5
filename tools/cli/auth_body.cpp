// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/auth_body.h"

#include "common/error.h"
#include "common/json.h"

namespace virga::cli {
namespace {

/// {"id": ...} or {"name": ...}; "default" when neither is configured, as OpenStack's clients do.
json::object domain_of(const CloudConfig& cloud, const std::string& whose) {
  if (const auto& id = cloud.of(whose + "_domain_id"); !id.empty()) return {{"id", id}};
  if (const auto& name = cloud.of(whose + "_domain_name"); !name.empty()) return {{"name", name}};
  if (const auto& id = cloud.of("default_domain"); !id.empty()) return {{"id", id}};
  return {{"id", "default"}};
}

json::object user_of(const CloudConfig& cloud) {
  if (const auto& id = cloud.of("user_id"); !id.empty()) return {{"id", id}};
  if (cloud.of("username").empty())
    throw Error(ErrorKind::invalid, "The cloud '" + cloud.name + "' has no username.");
  return {{"name", cloud.of("username")}, {"domain", domain_of(cloud, "user")}};
}

json::object identity_of(const CloudConfig& cloud) {
  if (cloud.auth_type == "token")
    return {{"methods", json::array{"token"}}, {"token", {{"id", cloud.of("token")}}}};
  if (cloud.auth_type == "password") {
    json::object user = user_of(cloud);
    user["password"] = cloud.of("password");
    return {{"methods", json::array{"password"}}, {"password", {{"user", std::move(user)}}}};
  }
  json::object credential{{"secret", cloud.of("application_credential_secret")}};
  if (const auto& id = cloud.of("application_credential_id"); !id.empty()) {
    credential["id"] = id;
  } else if (const auto& name = cloud.of("application_credential_name"); !name.empty()) {
    credential["name"] = name;
    credential["user"] = user_of(cloud);
  } else {
    throw Error(ErrorKind::invalid,
                "The cloud '" + cloud.name + "' has no application_credential_id.");
  }
  return {{"methods", json::array{"application_credential"}},
          {"application_credential", std::move(credential)}};
}

/// Empty: the token's own or no scope.
json::object scope_of(const CloudConfig& cloud) {
  if (cloud.auth_type == "v3applicationcredential") return {};  // it is of one project
  if (const auto& all = cloud.of("system_scope"); !all.empty()) {
    if (all != "all") throw Error(ErrorKind::invalid, "system_scope can only be 'all'.");
    return {{"system", {{"all", true}}}};
  }
  if (const auto& id = cloud.of("trust_id"); !id.empty()) return {{"OS-TRUST:trust", {{"id", id}}}};
  if (const auto& id = cloud.of("project_id"); !id.empty()) return {{"project", {{"id", id}}}};
  if (const auto& name = cloud.of("project_name"); !name.empty())
    return {{"project", {{"name", name}, {"domain", domain_of(cloud, "project")}}}};
  if (const auto& id = cloud.of("domain_id"); !id.empty()) return {{"domain", {{"id", id}}}};
  if (const auto& name = cloud.of("domain_name"); !name.empty())
    return {{"domain", {{"name", name}}}};
  return {};
}

}  // namespace

json::object auth_body(const CloudConfig& cloud) {
  json::object auth{{"identity", identity_of(cloud)}};
  if (auto scope = scope_of(cloud); !scope.empty()) auth["scope"] = std::move(scope);
  return {{"auth", std::move(auth)}};
}

std::string missing_secret(const CloudConfig& cloud) {
  const char* needed = cloud.auth_type == "password" ? "password"
                       : cloud.auth_type == "token"  ? "token"
                                                     : "application_credential_secret";
  return cloud.of(needed).empty() ? needed : "";
}

}  // namespace virga::cli
