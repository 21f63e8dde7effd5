// SPDX-License-Identifier: Apache-2.0
// Tags of projects and of domains.
#include "api/identity/src/project_tags.h"

#include <algorithm>

#include "api/http/bind.h"
#include "api/identity/src/project_tree.h"
#include "common/error.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

/// The project of the path, when the caller may do with it what he asks for.
model::Project require_project(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("project_id");
  auto project = find_project(tx, id);
  request.require(target_of(project));
  if (!project) throw_not_found("project", id);
  return std::move(*project);
}

void require_mutable(const model::Project& project, std::string_view verb) {
  if (is_immutable(project.options))
    throw Error(ErrorKind::forbidden,
                "Cannot " + std::string(verb) + " project tags for " + project.id +
                    ", project is immutable. Set \"immutable\" option to false before creating"
                    " project tags.");
}

[[noreturn]] void throw_no_tag(const std::string& tag) {
  throw_not_found("project tag", tag);
}

bool contains(const Tags& tags, const std::string& tag) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

Response answer(const Request& request, const Tags& tags) {
  json::array list(tags.begin(), tags.end());
  return http::json_response(200,
                             {{"links", {{"self", own_link(request)}}}, {"tags", std::move(list)}});
}

/// GET /v3/projects/{project_id}/tags
Response list(IdentityDeps& deps, const Request& request) {
  return answer(
      request, deps.db.read([&](ReadTx& tx) { return tags_of(tx, require_project(tx, request)); }));
}

/// PUT /v3/projects/{project_id}/tags
Response replace(IdentityDeps& deps, const Request& request) {
  const Tags tags = deps.db.write([&](WriteTx& tx) {
    const model::Project project = require_project(tx, request);
    const json::value body = request.json();
    const json::value* const wanted =
        body.is_object() ? body.get_object().if_contains("tags") : nullptr;
    const Tags checked = checked_tags(wanted != nullptr ? *wanted : json::value());
    require_mutable(project, "update");
    set_tags(tx, project, checked);
    return checked;
  });
  record(request, "project tags changed", request.param("project_id"));
  return answer(request, tags);
}

/// DELETE /v3/projects/{project_id}/tags
Response clear(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const model::Project project = require_project(tx, request);
    require_mutable(project, "update");
    set_tags(tx, project, {});
  });
  record(request, "project tags removed", request.param("project_id"));
  return http::empty_response(204);
}

/// GET and HEAD /v3/projects/{project_id}/tags/{value}
Response check(IdentityDeps& deps, const Request& request) {
  deps.db.read([&](ReadTx& tx) {
    const Tags tags = tags_of(tx, require_project(tx, request));
    if (!contains(tags, request.param("value"))) throw_no_tag(request.param("value"));
  });
  return http::empty_response(204);
}

/// PUT /v3/projects/{project_id}/tags/{value}
Response add(IdentityDeps& deps, const Request& request) {
  const std::string& value = request.param("value");
  deps.db.write([&](WriteTx& tx) {
    const model::Project project = require_project(tx, request);
    checked_tag("tag", json::value(value));
    const Tags before = tags_of(tx, project);
    json::array after(before.begin(), before.end());
    after.emplace_back(value);
    const Tags tags = checked_tags(after);
    require_mutable(project, "create");
    set_tags(tx, project, tags);
  });
  record(request, "project tag added", request.param("project_id"));
  Response response = http::empty_response(201);
  response.headers.emplace_back("Location", request.base_url + request.path);
  return response;
}

/// DELETE /v3/projects/{project_id}/tags/{value}
Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const model::Project project = require_project(tx, request);
    require_mutable(project, "delete");
    Tags tags = tags_of(tx, project);
    if (std::erase(tags, request.param("value")) == 0) throw_no_tag(request.param("value"));
    set_tags(tx, project, tags);
  });
  record(request, "project tag removed", request.param("project_id"));
  return http::empty_response(204);
}

}  // namespace

void add_project_tag_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string tags = "/identity/v3/projects/{project_id}/tags";
  r.get(tags, "identity:list_project_tags", bind(list));
  r.put(tags, "identity:update_project_tags", bind(replace));
  r.del(tags, "identity:delete_project_tags", bind(clear));
  r.get(tags + "/{value}", "identity:get_project_tag", bind(check));
  r.put(tags + "/{value}", "identity:create_project_tag", bind(add));
  r.del(tags + "/{value}", "identity:delete_project_tag", bind(remove));
}

}  // namespace virga::identity
