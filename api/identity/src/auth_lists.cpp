// SPDX-License-Identifier: Apache-2.0
// /v3/auth/{catalog,projects,domains,system}: what a caller may ask tokens for.
#include "api/http/bind.h"
#include "api/identity/src/resource.h"
#include "api/identity/src/routes.h"
#include "common/error.h"
#include "common/json_writer.h"
#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/projects.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

json::object project_view(const model::Project& p) {
  json::object view{{"id", p.id},
                    {"name", p.name},
                    {"domain_id", p.domain_id},
                    {"description", p.description},
                    {"enabled", p.enabled},
                    {"parent_id", p.parent_id},
                    {"is_domain", false},
                    {"options", parse_json(p.options)},
                    {"tags", json::array{}}};
  add_extra(view, p.extra);
  return view;
}

json::object domain_view(const model::Domain& d) {
  json::object view{{"id", d.id},
                    {"name", d.name},
                    {"description", d.description},
                    {"enabled", d.enabled},
                    {"options", parse_json(d.options)},
                    {"tags", json::array{}}};
  add_extra(view, d.extra);
  return view;
}

/// GET /v3/auth/catalog
Response show_catalog(IdentityDeps& deps, const Request& request) {
  if (request.who().project_id.empty())
    throw Error(ErrorKind::forbidden,
                "A project-scoped token is required to produce a service catalog.");
  JsonWriter out;
  out.begin_object();
  out.key("catalog");
  out.raw(
      *deps.catalog.text_for({request.base_url, request.who().project_id, request.who().user_id}));
  out.key("links");
  out.begin_object();
  out.member("self", link(request, "auth/catalog"));
  out.end_object();
  out.end_object();
  Response response;
  response.body = out.take();
  return response;
}

/// GET /v3/auth/projects
Response list_projects(IdentityDeps& deps, const Request& request) {
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    for (const auto& id : store::grants::list_project_ids(tx, request.who().user_id)) {
      const auto project = store::projects::find(tx, id);
      if (project && project->enabled) views.push_back(project_view(*project));
    }
  });
  return collection_answer(request, "projects", std::move(views));
}

/// GET /v3/auth/domains
Response list_domains(IdentityDeps& deps, const Request& request) {
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    for (const auto& id : store::grants::list_domain_ids(tx, request.who().user_id)) {
      const auto domain = store::domains::find(tx, id);
      if (domain && domain->enabled) views.push_back(domain_view(*domain));
    }
  });
  return collection_answer(request, "domains", std::move(views));
}

/// GET /v3/auth/system
Response list_system(IdentityDeps& deps, const Request& request) {
  const bool any = deps.db.read([&](ReadTx& tx) {
    return !store::grants::list_roles(tx, request.who().user_id, model::TargetKind::system, "all")
                .empty();
  });
  json::array system;
  if (any) system.push_back(json::object{{"all", true}});
  return http::json_response(
      200, {{"system", std::move(system)}, {"links", {{"self", link(request, "auth/system")}}}});
}

}  // namespace

void add_auth_list_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/auth/catalog", "identity:get_auth_catalog", bind(show_catalog));
  r.get("/identity/v3/auth/projects", "identity:get_auth_projects", bind(list_projects));
  r.get("/identity/v3/auth/domains", "identity:get_auth_domains", bind(list_domains));
  r.get("/identity/v3/auth/system", "identity:get_auth_system", bind(list_system));
}

}  // namespace virga::identity
