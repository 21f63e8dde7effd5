// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/token_view.h"

namespace virga::identity {
namespace {

void write_named(JsonWriter& out, const std::string& id, const std::string& name) {
  out.begin_object();
  out.member("id", id);
  out.member("name", name);
  out.end_object();
}

/// Something of a domain: {"id", "name", "domain": {"id", "name"}}; the caller ends the object.
void begin_in_domain(JsonWriter& out, const std::string& id, const std::string& name,
                     const std::string& domain_id, const std::string& domain_name) {
  out.begin_object();
  out.member("id", id);
  out.member("name", name);
  out.key("domain");
  write_named(out, domain_id, domain_name);
}

void write_user(JsonWriter& out, const http::Caller& c) {
  out.key("user");
  begin_in_domain(out, c.user_id, c.user_name, c.user_domain_id, c.user_domain_name);
  out.key("password_expires_at");
  if (c.password_expires_us == 0)
    out.value(nullptr);
  else
    out.value(format_micros(c.password_expires_us));
  out.end_object();
}

void write_scope(JsonWriter& out, const http::Caller& c) {
  if (c.is_system) {
    out.key("system");
    out.raw(R"({"all":true})");
  }
  if (!c.domain_id.empty()) {
    out.key("domain");
    write_named(out, c.domain_id, c.domain_name);
  }
  if (c.project_id.empty()) return;
  out.key("project");
  begin_in_domain(out, c.project_id, c.project_name, c.project_domain_id, c.project_domain_name);
  out.end_object();
  out.member("is_domain", false);
}

void write_id(JsonWriter& out, std::string_view key, const std::string& id) {
  out.key(key);
  out.begin_object();
  out.member("id", id);
  out.end_object();
}

void write_trust(JsonWriter& out, const http::Caller& c) {
  out.key("OS-TRUST:trust");
  out.begin_object();
  out.member("id", c.trust_id);
  write_id(out, "trustor_user", c.delegation->trustor_user_id);
  write_id(out, "trustee_user", c.delegation->trustee_user_id);
  out.member("impersonation", c.delegation->impersonation);
  out.end_object();
}

void write_rules(JsonWriter& out, const std::vector<http::AccessRule>& rules) {
  out.key("access_rules");
  out.begin_array();
  for (const auto& rule : rules) {
    out.begin_object();
    out.member("id", rule.id);
    out.member("service", rule.service);
    out.member("method", rule.method);
    out.member("path", rule.path);
    out.end_object();
  }
  out.end_array();
}

void write_credential(JsonWriter& out, const http::Caller& c) {
  out.key("application_credential");
  out.begin_object();
  out.member("id", c.application_credential_id);
  out.member("name", c.delegation->credential_name);
  out.member("restricted", !c.delegation->unrestricted);
  if (!c.delegation->access_rules.empty()) write_rules(out, c.delegation->access_rules);
  out.end_object();
}

void write_texts(JsonWriter& out, std::string_view key, const std::vector<std::string>& texts) {
  out.key(key);
  out.begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
}

void write_roles(JsonWriter& out, const http::Caller& c) {
  out.key("roles");
  out.begin_array();
  for (const auto& [id, name] : c.roles) write_named(out, id, name);
  out.end_array();
}

}  // namespace

std::string token_body(const IdentityDeps& deps, const http::Caller& c,
                       const http::Request& request) {
  const bool scoped = !c.project_id.empty() || !c.domain_id.empty() || c.is_system;
  std::shared_ptr<const std::string> catalog;
  if (scoped && !request.parameter("nocatalog"))
    catalog = deps.catalog.text_for({request.base_url, c.project_id, c.user_id});
  JsonWriter out(1024 + (catalog ? catalog->size() : 0));
  out.begin_object();
  out.key("token");
  out.begin_object();
  write_texts(out, "methods", c.methods);
  write_user(out, c);
  out.key("audit_ids");
  out.begin_array();
  out.value(c.audit_id);
  if (!c.parent_audit_id.empty()) out.value(c.parent_audit_id);
  out.end_array();
  out.member("expires_at", format_micros(c.expires_us));
  out.member("issued_at", format_micros(c.issued_us));
  write_scope(out, c);
  if (!c.trust_id.empty()) write_trust(out, c);
  if (!c.application_credential_id.empty()) write_credential(out, c);
  if (scoped) write_roles(out, c);
  if (catalog) {
    out.key("catalog");
    out.raw(*catalog);
  }
  out.end_object();
  out.end_object();
  return out.take();
}

}  // namespace virga::identity
