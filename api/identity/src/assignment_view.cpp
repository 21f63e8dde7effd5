// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/assignment_view.h"

#include "api/identity/src/resource.h"
#include "db/store/domains.h"
#include "db/store/groups.h"
#include "db/store/projects.h"
#include "db/store/roles.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

/// "/projects/ID" of where the grant lies.
std::string granted_on(const Assignment& a) {
  if (!a.from_domain_id.empty()) return "domains/" + a.from_domain_id;
  if (!a.from_project_id.empty()) return "projects/" + a.from_project_id;
  if (a.grant.target_kind == model::TargetKind::system) return "system";
  return std::string(name_of(a.grant.target_kind)) + "s/" + a.grant.target_id;
}

std::string granted_to(const Assignment& a) {
  if (!a.group_id.empty()) return "groups/" + a.group_id;
  return std::string(name_of(a.grant.actor_kind)) + "s/" + a.grant.actor_id;
}

bool is_inherited(const Assignment& a) {
  return a.grant.inherited || !a.from_domain_id.empty() || !a.from_project_id.empty();
}

json::object links_of(const http::Request& request, const Assignment& a) {
  const std::string role = a.prior_role_id.empty() ? a.grant.role_id : a.prior_role_id;
  std::string path = granted_on(a) + "/" + granted_to(a) + "/roles/" + role;
  if (is_inherited(a)) path = "OS-INHERIT/" + path + "/inherited_to_projects";
  json::object links{{"assignment", link(request, path)}};
  if (!a.group_id.empty())
    links["membership"] = link(request, "groups/" + a.group_id + "/users/" + a.grant.actor_id);
  if (!a.prior_role_id.empty())
    links["prior_role"] = link(request, "prior_role/" + a.grant.role_id + "/implies/" + role);
  return links;
}

}  // namespace

json::object AssignmentViews::named(const std::string& kind, const std::string& id, Lookup lookup) {
  if (!with_names_) return {{"id", id}};
  const auto [it, is_new] = known_.try_emplace(kind + id);
  if (is_new) {
    it->second = (this->*lookup)(id);
    it->second["id"] = id;
  }
  return it->second;
}

json::object AssignmentViews::in_domain(const std::string& name, const std::string& domain_id) {
  return {{"name", name}, {"domain", named("domain", domain_id, &AssignmentViews::domain)}};
}

json::object AssignmentViews::domain(const std::string& id) {
  const auto found = store::domains::find(tx_, id);
  return {{"name", found ? found->name : ""}};
}

json::object AssignmentViews::user(const std::string& id) {
  const auto found = store::users::find(tx_, id);
  return found ? in_domain(found->name, found->domain_id)
               : json::object{{"name", ""}, {"domain", {{"id", ""}, {"name", ""}}}};
}

json::object AssignmentViews::group(const std::string& id) {
  const auto found = store::groups::find(tx_, id);
  return found ? in_domain(found->name, found->domain_id)
               : json::object{{"name", ""}, {"domain", {{"id", ""}, {"name", ""}}}};
}

json::object AssignmentViews::project(const std::string& id) {
  const auto found = store::projects::find(tx_, id);
  return found ? in_domain(found->name, found->domain_id)
               : json::object{{"name", ""}, {"domain", {{"id", ""}, {"name", ""}}}};
}

json::object AssignmentViews::role(const std::string& id) {
  const auto found = store::roles::find(tx_, id);
  if (!found) return {{"name", ""}};
  if (found->domain_id.empty()) return {{"name", found->name}};
  return in_domain(found->name, found->domain_id);
}

json::object AssignmentViews::view(const Assignment& a) {
  json::object scope;
  switch (a.grant.target_kind) {
    case model::TargetKind::project:
      scope["project"] = named("project", a.grant.target_id, &AssignmentViews::project);
      break;
    case model::TargetKind::domain:
      scope["domain"] = named("domain", a.grant.target_id, &AssignmentViews::domain);
      break;
    case model::TargetKind::system:
      scope["system"] = json::object{{"all", true}};
      break;
  }
  if (is_inherited(a)) scope["OS-INHERIT:inherited_to"] = "projects";
  json::object view{{"links", links_of(request_, a)},
                    {"scope", std::move(scope)},
                    {"role", named("role", a.grant.role_id, &AssignmentViews::role)}};
  if (a.grant.actor_kind == model::ActorKind::user)
    view["user"] = named("user", a.grant.actor_id, &AssignmentViews::user);
  else
    view["group"] = named("group", a.grant.actor_id, &AssignmentViews::group);
  return view;
}

}  // namespace virga::identity
