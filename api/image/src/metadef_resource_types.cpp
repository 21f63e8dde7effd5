// SPDX-License-Identifier: Apache-2.0
// Resource types, and the associations of namespaces with them.
#include "db/store/metadef_resource_types.h"
#include "api/http/bind.h"
#include "api/image/src/metadef_common.h"
#include "api/image/src/metadef_content.h"
#include "api/image/src/metadef_routes.h"
#include "common/error.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

/// They belong to nobody: who may read in a project sees them.
Response list_types(ImageDeps& deps, const Request& request) {
  request.require({{"project_id", request.who().project_id}});
  json::array views;
  for (const auto& type : deps.db.read(store::metadef_resource_types::list))
    views.push_back(json::object{{"name", type.name},
                                 {"created_at", format_seconds(type.created_us)},
                                 {"updated_at", format_seconds(type.updated_us)}});
  return http::json_response(200, {{"resource_types", std::move(views)}});
}

Response list(ImageDeps& deps, const Request& request) {
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    for (const auto& a : store::metadef_resource_types::list_associations(tx, space.id))
      views.push_back(view(a));
  });
  return http::json_response(200, {{"resource_type_associations", std::move(views)}});
}

Response create(ImageDeps& deps, const Request& request) {
  const auto wanted =
      read_metadef_association(read_metadef_body(request, {"created_at", "updated_at"}));
  return http::json_response(201, deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    add(tx, space, wanted, deps.clock.now_us());
    return view(store::metadef_resource_types::find_association(tx, space.id, wanted.resource_type)
                    .value());
  }));
}

Response remove(ImageDeps& deps, const Request& request) {
  const std::string& type = request.param("name");
  deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    if (!store::metadef_resource_types::find_association(tx, space.id, type))
      throw Error(ErrorKind::not_found, "Failed to find resource type " + type + " to delete");
    require_unprotected(space, "resource-type-association " + type);
    store::metadef_resource_types::dissociate(tx, space.id, type);
  });
  return http::empty_response(204);
}

}  // namespace

void add_metadef_resource_type_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = kMetadefPath + "/{namespace}/resource_types";
  r.get("/image/v2/metadefs/resource_types", "list_metadef_resource_types", bind(list_types));
  r.get(all, "get_metadef_resource_type", bind(list));
  r.post(all, "add_metadef_resource_type_association", bind(create));
  r.del(all + "/{name}", "remove_metadef_resource_type_association", bind(remove));
}

}  // namespace virga::image
