// SPDX-License-Identifier: Apache-2.0
// /v3/OS-EP-FILTER/endpoint_groups: sets of endpoints, named by their attributes.
#include "db/store/endpoint_groups.h"

#include <boost/json/serialize.hpp>

#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "api/identity/src/endpoint_filter.h"
#include "common/error.h"
#include "common/random.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr char kPath[] = "/OS-EP-FILTER/endpoint_groups";

json::object view(const model::EndpointGroup& g) {
  return {{"id", g.id},
          {"name", g.name},
          {"description", or_null(g.description)},
          {"filters", parse_json(g.filters)}};
}

void check_group(const json::object& in, bool is_new) {
  check(in, {{"name", Is::name, is_new},
             {"description", Is::text_or_null},
             {"filters", Is::object, is_new}});
  const json::value* filters = in.if_contains("filters");
  if (filters == nullptr) return;
  if (is_new && filters->get_object().empty())
    throw Error(ErrorKind::invalid, "filters field is required and cannot be empty");
  for (const auto& filter : filters->get_object()) {
    const auto key = filter.key();
    const bool known = key == "service_id" || key == "region_id" || key == "interface";
    if (!known || !(filter.value().is_string() || filter.value().is_null()))
      throw Error(ErrorKind::invalid,
                  "Expecting to find service_id or region_id or interface in endpoint_group. The "
                  "server could not comply with the request since it is either malformed or "
                  "otherwise incorrect. The client is assumed to be in error.");
  }
}

void take_group(const json::object& in, model::EndpointGroup& group) {
  take(in, "name", group.name);
  take(in, "description", group.description);
  if (const json::value* filters = in.if_contains("filters"))
    group.filters = json::serialize(*filters);
}

Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::object& in = member_of(body, "endpoint_group");
  check_group(in, true);
  model::EndpointGroup group{.id = new_hex_id(), .name = {}};
  take_group(in, group);
  deps.db.write([&](WriteTx& tx) { store::endpoint_groups::insert(tx, group); });
  return member(request, 201, "endpoint_group", view(group), kPath);
}

Response show(IdentityDeps& deps, const Request& request) {
  const auto group =
      deps.db.read([&](ReadTx& tx) { return get_endpoint_group(tx, request.param("group_id")); });
  return member(request, 200, "endpoint_group", view(group), kPath);
}

Response list(IdentityDeps& deps, const Request& request) {
  json::array views;
  for (const auto& g : deps.db.read([](ReadTx& tx) { return store::endpoint_groups::list(tx); }))
    if (matches(request, view(g), {"name"})) views.push_back(endpoint_group_view(request, g));
  return collection(request, "endpoint_groups", std::move(views));
}

Response update(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("group_id");
  const json::value body = request.json();
  const json::object& in = member_of(body, "endpoint_group");
  require_not_empty(in);
  check_group(in, false);
  require_same_id(in, id);
  const auto group = deps.db.write([&](WriteTx& tx) {
    model::EndpointGroup changed = get_endpoint_group(tx, id);
    take_group(in, changed);
    store::endpoint_groups::update(tx, changed);
    return changed;
  });
  return member(request, 200, "endpoint_group", view(group), kPath);
}

Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::endpoint_groups::erase(tx, request.param("group_id")); });
  return http::empty_response(204);
}

}  // namespace

json::object endpoint_group_view(const Request& request, const model::EndpointGroup& group) {
  return linked(request, view(group), kPath);
}

model::EndpointGroup get_endpoint_group(ReadTx& tx, const std::string& id) {
  auto group = store::endpoint_groups::find(tx, id);
  if (!group) refuse_missing("Endpoint Group", id);
  return std::move(*group);
}

void add_endpoint_group_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/identity/v3/OS-EP-FILTER/endpoint_groups";
  const std::string one = all + "/{group_id}";
  r.get(all, "identity:list_endpoint_groups", bind(list));
  r.post(all, "identity:create_endpoint_group", bind(create));
  r.get(one, "identity:get_endpoint_group", bind(show));
  r.patch(one, "identity:update_endpoint_group", bind(update));
  r.del(one, "identity:delete_endpoint_group", bind(remove));
}

}  // namespace virga::identity
