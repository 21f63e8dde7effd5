// SPDX-License-Identifier: Apache-2.0
// Objects: groups of properties of a namespace.
#include "db/store/metadef_objects.h"
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

json::object read_body(const Request& request) {
  return read_metadef_body(request, {"self", "schema", "created_at", "updated_at"});
}

model::MetadefObject get_object(ReadTx& tx, const model::MetadefNamespace& space,
                                const Request& request) {
  const std::string& name = request.param("name");
  auto object = store::metadef_objects::find(tx, space.id, name);
  if (!object) throw Error(ErrorKind::not_found, "Could not find metadata object " + name);
  return std::move(*object);
}

/// All of them: Glance, too, reads a limit and has no pages here.
Response list(ImageDeps& deps, const Request& request) {
  (void)is_ascending(request);
  (void)read_limit(request, 1);
  require_visibility(request, {"public", "private", "shared"});
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    for (const auto& object : store::metadef_objects::list(tx, space.id))
      views.push_back(view(space, object));
  });
  return http::json_response(
      200, {{"objects", std::move(views)}, {"schema", "v2/schemas/metadefs/objects"}});
}

Response show(ImageDeps& deps, const Request& request) {
  return http::json_response(200, deps.db.read([&](ReadTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    return view(space, get_object(tx, space, request));
  }));
}

Response create(ImageDeps& deps, const Request& request) {
  const auto wanted = read_metadef_object(read_body(request));
  return http::json_response(201, deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    add(tx, space, wanted, deps.clock.now_us());
    return view(space, store::metadef_objects::find(tx, space.id, wanted.name).value());
  }));
}

Response update(ImageDeps& deps, const Request& request) {
  auto wanted = read_metadef_object(read_body(request));
  return http::json_response(200, deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    const auto old = get_object(tx, space, request);
    wanted.namespace_id = space.id;
    wanted.created_us = old.created_us;
    wanted.updated_us = deps.clock.now_us();
    if (!store::metadef_objects::update(tx, old.name, wanted))
      throw Error(ErrorKind::conflict,
                  "Invalid update. It would result in a duplicate metadata definition object with "
                  "the same name=" +
                      wanted.name + " in namespace=" + space.name + ".");
    return view(space, wanted);
  }));
}

Response remove(ImageDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    const auto object = get_object(tx, space, request);
    require_unprotected(space, "object " + object.name);
    store::metadef_objects::erase(tx, space.id, object.name);
  });
  return http::empty_response(204);
}

}  // namespace

void add_metadef_object_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = kMetadefPath + "/{namespace}/objects";
  r.get(all, "get_metadef_objects", bind(list));
  r.post(all, "add_metadef_object", bind(create));
  r.get(all + "/{name}", "get_metadef_object", bind(show));
  r.put(all + "/{name}", "modify_metadef_object", bind(update));
  r.del(all + "/{name}", "delete_metadef_object", bind(remove));
}

}  // namespace virga::image
