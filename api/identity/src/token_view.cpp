// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/token_view.h"

namespace virga::identity {
namespace {

json::object named(const std::string& id, const std::string& name) {
  return {{"id", id}, {"name", name}};
}

void add_scope(json::object& token, const http::Caller& c) {
  if (c.is_system) token["system"] = json::object{{"all", true}};
  if (!c.domain_id.empty()) token["domain"] = named(c.domain_id, c.domain_name);
  if (!c.project_id.empty()) {
    json::object project = named(c.project_id, c.project_name);
    project["domain"] = named(c.project_domain_id, c.project_domain_name);
    token["project"] = std::move(project);
    token["is_domain"] = false;
  }
}

void add_trust(json::object& token, const http::Caller& c) {
  token["OS-TRUST:trust"] = json::object{{"id", c.trust_id},
                                         {"trustor_user", {{"id", c.delegation->trustor_user_id}}},
                                         {"trustee_user", {{"id", c.delegation->trustee_user_id}}},
                                         {"impersonation", c.delegation->impersonation}};
}

void add_credential(json::object& token, const http::Caller& c) {
  json::object view = named(c.application_credential_id, c.delegation->credential_name);
  view["restricted"] = !c.delegation->unrestricted;
  if (!c.delegation->access_rules.empty()) {
    json::array rules;
    for (const auto& rule : c.delegation->access_rules)
      rules.push_back(json::object{{"id", rule.id},
                                   {"service", rule.service},
                                   {"method", rule.method},
                                   {"path", rule.path}});
    view["access_rules"] = std::move(rules);
  }
  token["application_credential"] = std::move(view);
}

}  // namespace

json::object token_user(const http::Caller& c) {
  json::object user = named(c.user_id, c.user_name);
  user["domain"] = named(c.user_domain_id, c.user_domain_name);
  return user;
}

json::object token_view(const IdentityDeps& deps, const http::Caller& c,
                        const http::Request& request) {
  json::object token;
  json::array methods;
  for (const auto& method : c.methods) methods.emplace_back(method);
  token["methods"] = std::move(methods);
  json::object user = token_user(c);
  user["password_expires_at"] = c.password_expires_us == 0
                                    ? json::value()
                                    : json::value(format_micros(c.password_expires_us));
  token["user"] = std::move(user);
  json::array audit_ids{c.audit_id};
  if (!c.parent_audit_id.empty()) audit_ids.emplace_back(c.parent_audit_id);
  token["audit_ids"] = std::move(audit_ids);
  token["expires_at"] = format_micros(c.expires_us);
  token["issued_at"] = format_micros(c.issued_us);
  add_scope(token, c);
  if (!c.trust_id.empty()) add_trust(token, c);
  if (!c.application_credential_id.empty()) add_credential(token, c);
  if (c.project_id.empty() && c.domain_id.empty() && !c.is_system) return token;
  json::array roles;
  for (const auto& [id, name] : c.roles) roles.push_back(named(id, name));
  token["roles"] = std::move(roles);
  if (!request.parameter("nocatalog"))
    token["catalog"] = deps.catalog.services_for({request.base_url, c.project_id, c.user_id});
  return token;
}

}  // namespace virga::identity
