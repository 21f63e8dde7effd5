// SPDX-License-Identifier: Apache-2.0
// /v3/OS-EP-FILTER: which endpoints and endpoint groups a project sees in its catalog.
#include "api/identity/src/endpoint_filter.h"

#include <algorithm>

#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "common/error.h"
#include "db/store/endpoint_groups.h"
#include "db/store/endpoints.h"
#include "db/store/projects.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

model::Project get_project(ReadTx& tx, const std::string& id) {
  auto project = store::projects::find(tx, id);
  if (!project) refuse_missing("project", id);
  return std::move(*project);
}

json::object project_view(const Request& request, const model::Project& p) {
  json::object out = extra_view(p.extra);
  out["id"] = p.id;
  out["name"] = p.name;
  out["domain_id"] = p.domain_id;
  out["description"] = p.description;
  out["enabled"] = p.enabled;
  out["parent_id"] = p.parent_id;
  out["is_domain"] = false;
  out["options"] = parse_json(p.options);
  return linked(request, std::move(out), "/projects");
}

Response answer_projects(const Request& request, const std::vector<model::Project>& projects) {
  json::array views;
  for (const auto& p : projects) views.push_back(project_view(request, p));
  return collection(request, "projects", std::move(views));
}

Response answer_endpoints(const Request& request, const std::vector<model::Endpoint>& endpoints) {
  json::array views;
  for (const auto& e : endpoints) views.push_back(endpoint_view(request, e));
  return collection(request, "endpoints", std::move(views));
}

std::vector<model::EndpointGroup> groups_of_project(ReadTx& tx, const std::string& project_id) {
  std::vector<model::EndpointGroup> groups;
  for (const auto& a : store::endpoint_groups::list_associations(tx))
    if (a.project_id == project_id) groups.push_back(get_endpoint_group(tx, a.group_id));
  return groups;
}

std::vector<model::Endpoint> endpoints_of_group(ReadTx& tx, const model::EndpointGroup& group) {
  auto endpoints = store::endpoints::list(tx);
  std::erase_if(endpoints, [&](const auto& e) { return !is_in_group(group, e); });
  return endpoints;
}

std::vector<model::Endpoint> endpoints_of_project(ReadTx& tx, const std::string& project_id) {
  const auto direct = store::endpoints::list_associations(tx);
  const auto groups = groups_of_project(tx, project_id);
  auto endpoints = store::endpoints::list(tx);
  std::erase_if(endpoints, [&](const model::Endpoint& e) {
    const bool chosen = std::any_of(direct.begin(), direct.end(), [&](const auto& a) {
      return a.project_id == project_id && a.endpoint_id == e.id;
    });
    return !chosen && std::none_of(groups.begin(), groups.end(),
                                   [&](const auto& group) { return is_in_group(group, e); });
  });
  return endpoints;
}

// Endpoints of projects

store::endpoints::Association endpoint_association(ReadTx& tx, const Request& request) {
  return {get_project(tx, request.param("project_id")).id,
          get_endpoint(tx, request.param("endpoint_id")).id};
}

[[noreturn]] void refuse_absent(const store::endpoints::Association& a) {
  throw Error(ErrorKind::not_found,
              "Endpoint " + a.endpoint_id + " not found in project " + a.project_id);
}

Response check_endpoint(IdentityDeps& deps, const Request& request) {
  deps.db.read([&](ReadTx& tx) {
    const auto wanted = endpoint_association(tx, request);
    for (const auto& a : store::endpoints::list_associations(tx))
      if (a.project_id == wanted.project_id && a.endpoint_id == wanted.endpoint_id) return;
    refuse_absent(wanted);
  });
  return http::empty_response(204);
}

Response add_endpoint(IdentityDeps& deps, const Request& request) {
  deps.db.write(
      [&](WriteTx& tx) { store::endpoints::associate(tx, endpoint_association(tx, request)); });
  return http::empty_response(204);
}

Response remove_endpoint(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const store::endpoints::Association a{request.param("project_id"),
                                          request.param("endpoint_id")};
    if (!store::endpoints::dissociate(tx, a)) refuse_absent(a);
  });
  return http::empty_response(204);
}

Response list_endpoints_of_project(IdentityDeps& deps, const Request& request) {
  return answer_endpoints(request, deps.db.read([&](ReadTx& tx) {
    return endpoints_of_project(tx, get_project(tx, request.param("project_id")).id);
  }));
}

Response list_projects_of_endpoint(IdentityDeps& deps, const Request& request) {
  return answer_projects(request, deps.db.read([&](ReadTx& tx) {
    const auto endpoint = get_endpoint(tx, request.param("endpoint_id"));
    std::vector<model::Project> projects;
    for (const auto& a : store::endpoints::list_associations(tx))
      if (a.endpoint_id == endpoint.id) projects.push_back(get_project(tx, a.project_id));
    return projects;
  }));
}

// Endpoint groups of projects

store::endpoint_groups::Association group_association(ReadTx& tx, const Request& request) {
  return {get_project(tx, request.param("project_id")).id,
          get_endpoint_group(tx, request.param("group_id")).id};
}

[[noreturn]] void refuse_absent_group() {
  throw Error(ErrorKind::not_found, "Endpoint Group Project Association not found");
}

Response show_group(IdentityDeps& deps, const Request& request) {
  const auto found = deps.db.read([&](ReadTx& tx) {
    const auto wanted = group_association(tx, request);
    for (const auto& a : store::endpoint_groups::list_associations(tx))
      if (a.project_id == wanted.project_id && a.group_id == wanted.group_id) return wanted;
    refuse_absent_group();
  });
  const std::string self =
      "/OS-EP-FILTER/endpoint_groups/" + found.group_id + "/projects/" + found.project_id;
  return http::json_response(200, {{"project_endpoint_group",
                                    {{"endpoint_group_id", found.group_id},
                                     {"project_id", found.project_id},
                                     {"links", {{"self", api_root(request) + self}}}}}});
}

Response add_group(IdentityDeps& deps, const Request& request) {
  deps.db.write(
      [&](WriteTx& tx) { store::endpoint_groups::associate(tx, group_association(tx, request)); });
  return http::empty_response(204);
}

Response remove_group(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    if (!store::endpoint_groups::dissociate(tx, group_association(tx, request)))
      refuse_absent_group();
  });
  return http::empty_response(204);
}

Response list_groups_of_project(IdentityDeps& deps, const Request& request) {
  const auto groups = deps.db.read([&](ReadTx& tx) {
    return groups_of_project(tx, get_project(tx, request.param("project_id")).id);
  });
  json::array views;
  for (const auto& g : groups) views.push_back(endpoint_group_view(request, g));
  return collection(request, "endpoint_groups", std::move(views));
}

Response list_projects_of_group(IdentityDeps& deps, const Request& request) {
  return answer_projects(request, deps.db.read([&](ReadTx& tx) {
    const auto group = get_endpoint_group(tx, request.param("group_id"));
    std::vector<model::Project> projects;
    for (const auto& a : store::endpoint_groups::list_associations(tx))
      if (a.group_id == group.id) projects.push_back(get_project(tx, a.project_id));
    return projects;
  }));
}

Response list_endpoints_of_group(IdentityDeps& deps, const Request& request) {
  return answer_endpoints(request, deps.db.read([&](ReadTx& tx) {
    return endpoints_of_group(tx, get_endpoint_group(tx, request.param("group_id")));
  }));
}

}  // namespace

void add_endpoint_filter_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string top = "/identity/v3/OS-EP-FILTER";
  r.get(top + "/endpoints/{endpoint_id}/projects", "identity:list_projects_for_endpoint",
        bind(list_projects_of_endpoint));
  const std::string project = top + "/projects/{project_id}";
  r.get(project + "/endpoints", "identity:list_endpoints_for_project",
        bind(list_endpoints_of_project));
  r.get(project + "/endpoints/{endpoint_id}", "identity:check_endpoint_in_project",
        bind(check_endpoint));
  r.put(project + "/endpoints/{endpoint_id}", "identity:add_endpoint_to_project",
        bind(add_endpoint));
  r.del(project + "/endpoints/{endpoint_id}", "identity:remove_endpoint_from_project",
        bind(remove_endpoint));
  r.get(project + "/endpoint_groups", "identity:list_endpoint_groups_for_project",
        bind(list_groups_of_project));
  const std::string group = top + "/endpoint_groups/{group_id}";
  r.get(group + "/projects", "identity:list_projects_associated_with_endpoint_group",
        bind(list_projects_of_group));
  r.get(group + "/endpoints", "identity:list_endpoints_associated_with_endpoint_group",
        bind(list_endpoints_of_group));
  r.get(group + "/projects/{project_id}", "identity:get_endpoint_group_in_project",
        bind(show_group));
  r.put(group + "/projects/{project_id}", "identity:add_endpoint_group_to_project",
        bind(add_group));
  r.del(group + "/projects/{project_id}", "identity:remove_endpoint_group_from_project",
        bind(remove_group));
}

}  // namespace virga::identity
