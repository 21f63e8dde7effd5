// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/views.h"

#include "common/clock.h"

namespace virga::identity {
namespace {

void write_self(JsonWriter& out, const http::Request& request, std::string_view collection,
                const std::string& id) {
  out.key("links");
  out.begin_object();
  out.key("self");
  out.joined({request.base_url, "/identity/v3/", collection, "/", id});
  out.end_object();
}

void write_tags(JsonWriter& out, const Tags& tags) {
  out.key("tags");
  out.begin_array();
  for (const std::string& tag : tags) out.value(tag);
  out.end_array();
}

void write_options(JsonWriter& out, const std::string& options) {
  out.key("options");
  out.raw(options);
}

}  // namespace

void write_members(JsonWriter& out, const http::Request& request, const model::User& user) {
  out.member("id", user.id);
  out.member("name", user.name);
  out.member("domain_id", user.domain_id);
  out.member("enabled", user.enabled);
  if (!user.default_project_id.empty()) out.member("default_project_id", user.default_project_id);
  out.key("password_expires_at");
  if (user.password_expires_us == 0)
    out.value(nullptr);
  else
    out.value(format_micros(user.password_expires_us));
  write_options(out, user.options);
  write_extra(out, user.extra);
  write_self(out, request, "users", user.id);
}

void write_members(JsonWriter& out, const http::Request& request, const model::Group& group) {
  out.member("id", group.id);
  out.member("name", group.name);
  out.member("domain_id", group.domain_id);
  out.member("description", group.description);
  write_extra(out, group.extra);
  write_self(out, request, "groups", group.id);
}

void write_members(JsonWriter& out, const http::Request& request, const model::Project& project,
                   const Tags& tags) {
  const bool is_domain = acts_as_domain(project);
  out.member("id", project.id);
  out.member("name", project.name);
  out.key("domain_id");
  is_domain ? out.value(nullptr) : out.value(project.domain_id);
  out.key("parent_id");
  is_domain ? out.value(nullptr) : out.value(project.parent_id);
  out.member("description", project.description);
  out.member("enabled", project.enabled);
  out.member("is_domain", is_domain);
  write_tags(out, tags);
  write_options(out, project.options);
  write_extra(out, project.extra);
  write_self(out, request, "projects", project.id);
}

void write_domain_members(JsonWriter& out, const http::Request& request,
                          const model::Project& domain, const Tags& tags) {
  out.member("id", domain.id);
  out.member("name", domain.name);
  out.member("description", domain.description);
  out.member("enabled", domain.enabled);
  write_tags(out, tags);
  write_options(out, domain.options);
  write_extra(out, domain.extra);
  write_self(out, request, "domains", domain.id);
}

http::Target target_of(const std::optional<model::User>& user, http::Target path) {
  if (user) {
    path.emplace_back("target.user.id", user->id);
    path.emplace_back("target.user.name", user->name);
    path.emplace_back("target.user.domain_id", user->domain_id);
  }
  return path;
}

http::Target target_of(const std::optional<model::Group>& group, http::Target path) {
  if (group) {
    path.emplace_back("target.group.id", group->id);
    path.emplace_back("target.group.name", group->name);
    path.emplace_back("target.group.domain_id", group->domain_id);
  }
  return path;
}

http::Target target_of(const std::optional<model::Project>& project, http::Target path) {
  if (project) {
    path.emplace_back("target.project.id", project->id);
    path.emplace_back("target.project.name", project->name);
    path.emplace_back("target.project.domain_id", project->domain_id);
    path.emplace_back("target.project.parent_id", project->parent_id);
  }
  return path;
}

http::Target target_of_domain(const std::optional<model::Project>& domain) {
  http::Target target;
  if (domain) {
    target.emplace_back("target.domain.id", domain->id);
    target.emplace_back("target.domain.name", domain->name);
  }
  return target;
}

}  // namespace virga::identity
