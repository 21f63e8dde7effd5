// SPDX-License-Identifier: Apache-2.0
// /v3/limits: what projects and domains have instead of the registered defaults. The model is flat:
// a limit says nothing about the projects below.
#include "db/store/limits.h"

#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/domains.h"
#include "db/store/projects.h"
#include "db/store/regions.h"
#include "db/store/registered_limits.h"
#include "db/store/services.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr char kPath[] = "/limits";

model::Limit read_limit(const json::value& value) {
  if (!value.is_object()) throw Error(ErrorKind::invalid, "A limit is not of type 'object'");
  const json::object& in = value.get_object();
  const bool of_project = in.contains("project_id");
  if (of_project == in.contains("domain_id"))
    throw Error(ErrorKind::invalid,
                "A limit needs either a 'project_id' or a 'domain_id', and not both");
  check(in,
        {{of_project ? "project_id" : "domain_id", Is::id, true},
         {"service_id", Is::id, true},
         {"region_id", Is::text},
         {"resource_name", Is::text, true, 1, 255},
         {"resource_limit", Is::integer, true},
         {"description", Is::text_or_null}},
        Others::refused);
  model::Limit limit;
  limit.id = new_hex_id();
  take(in, "project_id", limit.project_id);
  take(in, "domain_id", limit.domain_id);
  take(in, "service_id", limit.service_id);
  take(in, "region_id", limit.region_id);
  take(in, "resource_name", limit.resource_name);
  take(in, "resource_limit", limit.resource_limit);
  take(in, "description", limit.description);
  return limit;
}

[[noreturn]] void refuse_reference(const char* attribute) {
  throw Error(ErrorKind::invalid,
              std::string("Expecting to find ") + attribute +
                  " in limit. The server could not comply with the request since it is either "
                  "malformed or otherwise incorrect. The client is assumed to be in error.");
}

void require_references(ReadTx& tx, const model::Limit& limit) {
  if (!store::services::find(tx, limit.service_id)) refuse_reference("service_id");
  if (!limit.region_id.empty() && !store::regions::find(tx, limit.region_id))
    refuse_reference("region_id");
  if (!limit.project_id.empty() && !store::projects::find(tx, limit.project_id))
    refuse_reference("project_id");
  if (!limit.domain_id.empty() && !store::domains::find(tx, limit.domain_id))
    refuse_reference("domain_id");
}

void insert(WriteTx& tx, model::Limit& limit) {
  require_references(tx, limit);
  const auto registered =
      store::registered_limits::find_of(tx, {.id = {},
                                             .service_id = limit.service_id,
                                             .region_id = limit.region_id,
                                             .resource_name = limit.resource_name});
  if (!registered)
    throw Error(ErrorKind::forbidden,
                "Unable to create a limit that has no corresponding registered limit.");
  limit.registered_limit_id = registered->id;
  try {
    store::limits::insert(tx, limit);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::conflict) throw;
    throw Error(ErrorKind::conflict,
                "Conflict occurred attempting to store limit - Duplicate entry.");
  }
}

/// All of the list or none.
Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  std::vector<model::Limit> limits;
  for (const json::value& one : members_of(body, "limits")) limits.push_back(read_limit(one));
  deps.db.write([&](WriteTx& tx) {
    for (auto& limit : limits) insert(tx, limit);
  });
  json::array views;
  for (const auto& limit : limits) views.push_back(linked(request, limit_view(limit), kPath));
  return http::json_response(201, {{"limits", std::move(views)}});
}

model::Limit get(ReadTx& tx, const std::string& id) {
  auto limit = store::limits::find(tx, id);
  if (!limit) throw Error(ErrorKind::not_found, "Could not find limit for " + id + ".");
  return std::move(*limit);
}

/// What policies may ask about a limit.
http::Target facts_of(ReadTx& tx, const model::Limit& limit) {
  const auto project = store::projects::find(tx, limit.project_id);
  return {{"target.limit.project_id", limit.project_id},
          {"target.limit.project.domain_id", project ? project->domain_id : ""},
          {"target.limit.domain.id", limit.domain_id}};
}

Response show(IdentityDeps& deps, const Request& request) {
  const auto limit = deps.db.read([&](ReadTx& tx) {
    auto found = store::limits::find(tx, request.param("limit_id"));
    request.require(found ? facts_of(tx, *found) : http::Target{});
    return get(tx, request.param("limit_id"));
  });
  return member(request, 200, "limit", limit_view(limit), kPath);
}

/// True when a list shows the limit to the caller: all to the system, those of his domain or of his
/// project to others.
bool is_shown(ReadTx& tx, const http::Caller& who, const model::Limit& limit) {
  if (who.is_system) return true;
  if (!who.domain_id.empty()) {
    if (limit.domain_id == who.domain_id) return true;
    const auto project = store::projects::find(tx, limit.project_id);
    return project && project->domain_id == who.domain_id;
  }
  return !who.project_id.empty() && limit.project_id == who.project_id;
}

Response list(IdentityDeps& deps, const Request& request) {
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    for (const auto& limit : store::limits::list(tx)) {
      json::object one = limit_view(limit);
      const bool wanted = matches(
          request, one, {"service_id", "region_id", "resource_name", "project_id", "domain_id"});
      if (wanted && is_shown(tx, request.who(), limit))
        views.push_back(linked(request, std::move(one), kPath));
    }
  });
  return collection(request, "limits", std::move(views));
}

Response update(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::object& in = member_of(body, "limit");
  check(in, {{"resource_limit", Is::integer}, {"description", Is::text_or_null}}, Others::refused);
  const auto limit = deps.db.write([&](WriteTx& tx) {
    model::Limit changed = get(tx, request.param("limit_id"));
    take(in, "resource_limit", changed.resource_limit);
    take(in, "description", changed.description);
    store::limits::update(tx, changed);
    return changed;
  });
  return member(request, 200, "limit", limit_view(limit), kPath);
}

Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::limits::erase(tx, request.param("limit_id")); });
  return http::empty_response(204);
}

/// GET /v3/limits/model
Response show_model(IdentityDeps&, const Request&) {
  return http::json_response(
      200, {{"model",
             {{"name", "flat"},
              {"description",
               "Limit enforcement and validation does not take project hierarchy into "
               "consideration."}}}});
}

}  // namespace

json::object limit_view(const model::Limit& l) {
  return {{"id", l.id},
          {"project_id", or_null(l.project_id)},
          {"domain_id", or_null(l.domain_id)},
          {"service_id", l.service_id},
          {"region_id", or_null(l.region_id)},
          {"resource_name", l.resource_name},
          {"resource_limit", l.resource_limit},
          {"description", or_null(l.description)}};
}

void add_limit_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/limits", "identity:list_limits", bind(list));
  r.post("/identity/v3/limits", "identity:create_limits", bind(create));
  r.get("/identity/v3/limits/model", "identity:get_limit_model", bind(show_model));
  r.get("/identity/v3/limits/{limit_id}", "identity:get_limit", bind(show));
  r.patch("/identity/v3/limits/{limit_id}", "identity:update_limit", bind(update));
  r.del("/identity/v3/limits/{limit_id}", "identity:delete_limit", bind(remove));
}

}  // namespace virga::identity
