// SPDX-License-Identifier: Apache-2.0
// Who has which role on what, as it was granted or in the end.  Source: Identity API v3, "Role
// Assignments".
#include <algorithm>
#include <set>

#include "api/http/bind.h"
#include "api/identity/src/assignment_view.h"
#include "api/identity/src/list_filter.h"
#include "api/identity/src/resource.h"
#include "api/identity/src/routes.h"
#include "common/error.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/roles.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using model::ActorKind;
using model::TargetKind;
using store::ReadTx;

/// What the query asks for. Empty: no condition.
struct Wanted {
  std::string user_id;
  std::string group_id;
  std::string role_id;
  std::string project_id;
  std::string domain_id;
  bool system = false;
  std::optional<bool> inherited;
  bool effective = false;
  bool subtree = false;

  explicit Wanted(const Request& request)
      : user_id(request.parameter("user.id").value_or("")),
        group_id(request.parameter("group.id").value_or("")),
        role_id(request.parameter("role.id").value_or("")),
        project_id(request.parameter("scope.project.id").value_or("")),
        domain_id(request.parameter("scope.domain.id").value_or("")),
        system(!request.parameter("scope.system").value_or("").empty()),
        effective(asks_for(request, "effective")),
        subtree(asks_for(request, "include_subtree")) {
    if (const auto to = request.parameter("scope.OS-INHERIT:inherited_to"))
      inherited = *to == "projects";
  }
};

void refuse_if(bool wrong, const char* why) {
  if (wrong) throw Error(ErrorKind::invalid, why);
}

void check(const Wanted& w) {
  refuse_if(w.subtree && w.project_id.empty(),
            "scope.project.id must be specified if include_subtree is also specified");
  refuse_if(!w.domain_id.empty() && !w.project_id.empty(), "Specify a domain or project, not both");
  refuse_if(!w.domain_id.empty() && w.system, "Specify system or domain, not both");
  refuse_if(!w.project_id.empty() && w.system, "Specify system or project, not both");
  refuse_if(!w.user_id.empty() && !w.group_id.empty(), "Specify a user or group, not both");
  refuse_if(w.effective && !w.group_id.empty(),
            "Combining effective and group filter will always result in an empty list.");
  refuse_if(w.effective && w.inherited == true && !w.domain_id.empty(),
            "Combining effective, domain and inherited filters will always result in an empty"
            " list.");
}

AssignmentFacts facts_for(ReadTx& tx, const Wanted& w) {
  AssignmentFacts facts;
  facts.implications = store::roles::list_implications(tx);
  facts.members = store::grants::list_members(tx, w.user_id);
  for (auto& [id, parent_id] : store::grants::list_parents(tx))
    facts.projects.push_back({id, parent_id});
  facts.grants = store::grants::list(tx, ActorKind::user, w.user_id);
  for (auto& grant : store::grants::list(tx, ActorKind::group, {}))
    facts.grants.push_back(std::move(grant));
  if (w.inherited)
    std::erase_if(facts.grants, [&](const auto& grant) { return grant.inherited != *w.inherited; });
  return facts;
}

/// In the end roles of domains do not count: they only bring others with them.
std::vector<Assignment> effective_ones(ReadTx& tx, const Wanted& w) {
  auto all = expand(facts_for(tx, w));
  std::set<std::string> of_domains;
  for (const auto& role : store::roles::list_all(tx))
    if (!role.domain_id.empty()) of_domains.insert(role.id);
  std::erase_if(all, [&](const Assignment& a) {
    const bool of_system = a.grant.target_kind == TargetKind::system;
    return of_domains.contains(a.grant.role_id) || (of_system && !w.system);
  });
  return all;
}

std::vector<Assignment> granted_ones(ReadTx& tx, const Wanted& w) {
  std::vector<Assignment> all;
  if (w.group_id.empty())
    for (auto& grant : store::grants::list(tx, ActorKind::user, w.user_id))
      all.push_back({std::move(grant), {}, {}, {}, {}});
  if (w.user_id.empty())
    for (auto& grant : store::grants::list(tx, ActorKind::group, w.group_id))
      all.push_back({std::move(grant), {}, {}, {}, {}});
  if (w.inherited)
    std::erase_if(all, [&](const auto& a) { return a.grant.inherited != *w.inherited; });
  return all;
}

std::vector<Assignment> find(ReadTx& tx, const Wanted& w) {
  auto all = w.effective ? effective_ones(tx, w) : granted_ones(tx, w);
  std::set<std::string> projects;
  if (!w.project_id.empty()) projects.insert(w.project_id);
  if (w.subtree) {
    std::vector<ProjectPlace> places;
    for (auto& [id, parent_id] : store::grants::list_parents(tx)) places.push_back({id, parent_id});
    for (auto& id : projects_below(places, w.project_id)) projects.insert(std::move(id));
  }
  std::erase_if(all, [&](const Assignment& a) {
    const model::Grant& g = a.grant;
    const bool on_project = g.target_kind == TargetKind::project;
    const bool on_domain = g.target_kind == TargetKind::domain;
    return (!w.user_id.empty() && g.actor_id != w.user_id) ||
           (!w.role_id.empty() && g.role_id != w.role_id) ||
           (!projects.empty() && !(on_project && projects.contains(g.target_id))) ||
           (!w.domain_id.empty() && !(on_domain && g.target_id == w.domain_id)) ||
           (w.system && g.target_kind != TargetKind::system);
  });
  return all;
}

/// Who looks with a token of a domain sees what lies in it.
bool is_in_domain(ReadTx& tx, const model::Grant& grant, const std::string& domain_id) {
  if (grant.target_kind == TargetKind::domain) return grant.target_id == domain_id;
  if (grant.target_kind == TargetKind::system) return false;
  const auto project = store::projects::find(tx, grant.target_id);
  return project && project->domain_id == domain_id;
}

void require(ReadTx& tx, const Request& request, const Wanted& w) {
  const std::string& own = request.who().domain_id;
  request.require({{"target.domain_id", own}});
  if (!w.subtree) return;
  const auto project = store::projects::find(tx, w.project_id);
  const std::string domain_id = project ? project->domain_id : "";
  const std::string policy = "identity:list_role_assignments_for_tree";
  if (!request.allows(policy, {{"target.domain_id", domain_id},
                               {"target.project.id", w.project_id},
                               {"target.project.domain_id", domain_id}}))
    throw Error(ErrorKind::forbidden,
                "You are not authorized to perform the requested action: " + policy + ".");
  if (!project && !w.project_id.empty()) throw_not_found("project", w.project_id);
}

/// GET /v3/role_assignments
Response list(IdentityDeps& deps, const Request& request) {
  const Wanted wanted(request);
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    require(tx, request, wanted);
    check(wanted);
    AssignmentViews of(tx, request, asks_for(request, "include_names"));
    const std::string& domain_id = request.who().domain_id;
    for (const auto& assignment : find(tx, wanted))
      if (domain_id.empty() || is_in_domain(tx, assignment.grant, domain_id))
        views.push_back(of.view(assignment));
  });
  return collection_answer(request, "role_assignments", std::move(views));
}

}  // namespace

void add_role_assignment_routes(http::Router& r, IdentityDeps& deps) {
  r.get("/identity/v3/role_assignments", "identity:list_role_assignments",
        http::binder(deps)(list));
}

}  // namespace virga::identity
