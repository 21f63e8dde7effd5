// SPDX-License-Identifier: Apache-2.0
// Projects: made, shown with what is above and below them, changed and removed.
#include "api/identity/src/projects.h"

#include <boost/json/serialize.hpp>
#include <set>

#include "api/http/bind.h"
#include "api/identity/src/catalog_routes.h"
#include "api/identity/src/input.h"
#include "api/identity/src/list_filter.h"
#include "api/identity/src/project_list.h"
#include "api/identity/src/project_tree.h"
#include "api/identity/src/views.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/limits.h"
#include "db/store/projects.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

/// POST /v3/projects; with "is_domain" a domain is made.
Response create(IdentityDeps& deps, const Request& request) {
  const Input in(request, "project", true);
  model::Project project;
  project.id = new_hex_id();
  project.parent_id = in.optional_text("parent_id", kNullableId).value_or("");
  if (in.flag("is_domain").value_or(false)) {
    if (project.parent_id.empty())
      project.parent_id = in.optional_text("domain_id", kNullableId).value_or("");
  } else {
    project.domain_id = domain_for(request, in, kNullableId);
    if (project.parent_id.empty()) project.parent_id = project.domain_id;
  }
  request.require(target_of(project));
  const Tags tags = deps.db.write([&](WriteTx& tx) {
    create_project(tx, in, project);
    return tags_of(tx, project);
  });
  record(request, "project created", project.id);
  return written_answer(201, "project",
                        [&](JsonWriter& out) { write_members(out, request, project, tags); });
}

/// The project of the path, when the caller may do with it what he asks for.
model::Project require_project(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("project_id");
  auto project = find_project(tx, id);
  request.require(target_of(project));
  if (!project) throw_not_found("project", id);
  return std::move(*project);
}

json::array limits_of(ReadTx& tx, const std::string& project_id) {
  json::array all;
  for (const auto& limit : store::limits::list_of_project(tx, project_id))
    all.push_back(limit_view(limit));
  return all;
}

/// Each as {"project": {...}}, with its limits when asked for; only those on which the caller has a
/// role.
void write_held(JsonWriter& out, ReadTx& tx, const Request& request,
                const std::vector<model::Project>& projects) {
  std::set<std::string> held;
  for (const auto& project : store::projects::list_held(tx, request.who().user_id))
    held.insert(project.id);
  out.begin_array();
  for (const auto& project : projects) {
    if (!held.contains(project.id)) continue;
    out.begin_object();
    out.key("project");
    out.begin_object();
    write_members(out, request, project, tags_of(tx, project));
    if (asks_for(request, "include_limits")) {
      out.key("limits");
      out.raw(json::serialize(limits_of(tx, project.id)));
    }
    out.end_object();
    out.end_object();
  }
  out.end_array();
}

/// {"parent": {"its parent": null}}, or null at the top.
json::value ids_above(const std::vector<model::Project>& parents) {
  json::value ids;
  for (auto it = parents.rbegin(); it != parents.rend(); ++it)
    ids = json::object{{it->id, std::move(ids)}};
  return ids;
}

/// {"child": null, "another": {"its child": null}}, or null without children.
json::value ids_below(const std::string& id, const std::vector<model::Project>& all) {
  json::object ids;
  for (const auto& project : all)
    if (project.parent_id == id) ids[project.id] = ids_below(project.id, all);
  if (ids.empty()) return nullptr;
  return ids;
}

/// Not both of two parameters.
bool one_of(const Request& request, const char* list, const char* ids) {
  if (!asks_for(request, list) || !asks_for(request, ids)) return true;
  throw Error(ErrorKind::invalid, "Cannot use " + std::string(list) + " and " + std::string(ids) +
                                      " query params at the same time.");
}

void write_relatives(JsonWriter& out, ReadTx& tx, const Request& request,
                     const model::Project& project) {
  one_of(request, "parents_as_list", "parents_as_ids");
  one_of(request, "subtree_as_list", "subtree_as_ids");
  if (asks_for(request, "parents_as_list")) {
    out.key("parents");
    write_held(out, tx, request, parents_of(tx, project));
  } else if (asks_for(request, "parents_as_ids")) {
    out.key("parents");
    out.raw(json::serialize(ids_above(parents_of(tx, project))));
  }
  if (asks_for(request, "subtree_as_list")) {
    out.key("subtree");
    write_held(out, tx, request, store::projects::list_below(tx, project.id));
  } else if (asks_for(request, "subtree_as_ids")) {
    out.key("subtree");
    out.raw(json::serialize(ids_below(project.id, store::projects::list_below(tx, project.id))));
  }
}

/// GET /v3/projects/{project_id}
Response show(IdentityDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const model::Project project = require_project(tx, request);
    return written_answer(200, "project", [&](JsonWriter& out) {
      write_members(out, request, project, tags_of(tx, project));
      write_relatives(out, tx, request, project);
    });
  });
}

/// PATCH /v3/projects/{project_id}
Response update(IdentityDeps& deps, const Request& request) {
  model::Project project;
  const Tags tags = deps.db.write([&](WriteTx& tx) {
    project = require_project(tx, request);
    const Input in(request, "project");
    in.require_any();
    in.require_id(project.id);
    change_project(tx, in, project);
    return tags_of(tx, project);
  });
  record(request, "project changed", project.id);
  return written_answer(200, "project", [&](JsonWriter& out) {
    write_members(out, request, project, tags);
    out.key("extra");
    out.raw(project.extra);
  });
}

/// DELETE /v3/projects/{project_id}. Its grants, tags and tokens end; what other services keep
/// in it stays, for administrators to remove, as in OpenStack.
Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { erase_project(tx, require_project(tx, request)); });
  record(request, "project removed", request.param("project_id"));
  return http::empty_response(204);
}

}  // namespace

void add_project_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/projects", "identity:list_projects", bind(list_projects), http::Run::pool);
  r.post("/identity/v3/projects", "identity:create_project", bind(create));
  r.get("/identity/v3/projects/{project_id}", "identity:get_project", bind(show));
  r.patch("/identity/v3/projects/{project_id}", "identity:update_project", bind(update));
  r.del("/identity/v3/projects/{project_id}", "identity:delete_project", bind(remove));
}

}  // namespace virga::identity
