// SPDX-License-Identifier: Apache-2.0
// Properties: definitions of the keys of a namespace.
#include "db/store/metadef_properties.h"
#include "api/http/bind.h"
#include "api/image/src/metadef_common.h"
#include "api/image/src/metadef_content.h"
#include "api/image/src/metadef_routes.h"
#include "common/error.h"
#include "db/store/metadef_resource_types.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

json::object named_view(const model::MetadefProperty& property) {
  json::object v = view(property);
  v["name"] = property.name;
  return v;
}

model::MetadefProperty get_property(ReadTx& tx, const model::MetadefNamespace& space,
                                    const std::string& name) {
  auto property = store::metadef_properties::find(tx, space.id, name);
  if (!property) throw Error(ErrorKind::not_found, "Could not find property " + name);
  return std::move(*property);
}

/// The name in the namespace of a key as resources of a type have it: without the prefix.
std::string without_prefix(ReadTx& tx, const model::MetadefNamespace& space,
                           const std::string& type, const std::string& key) {
  if (!store::metadef_resource_types::exists(tx, type))
    throw Error(ErrorKind::not_found,
                "The metadata definition resource-type with name=" + type + ", was not found.");
  const auto association = store::metadef_resource_types::find_association(tx, space.id, type);
  if (!association)
    throw Error(ErrorKind::not_found,
                "The metadata definition resource-type association of resource-type=" + type +
                    " to namespace=" + space.name + ", was not found.");
  if (association->prefix.empty() || !key.starts_with(association->prefix))
    throw Error(ErrorKind::not_found, "Property " + key +
                                          " does not start with the expected resource type "
                                          "association prefix of '" +
                                          association->prefix + "'.");
  return key.substr(association->prefix.size());
}

Response list(ImageDeps& deps, const Request& request) {
  json::object views;
  deps.db.read([&](ReadTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    for (const auto& property : store::metadef_properties::list(tx, space.id))
      views[property.name] = view(property);
  });
  return http::json_response(200, {{"properties", std::move(views)}});
}

Response show(ImageDeps& deps, const Request& request) {
  return http::json_response(200, deps.db.read([&](ReadTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    std::string name = request.param("name");
    const std::string type = request.parameter("resource_type").value_or("");
    if (!type.empty()) name = without_prefix(tx, space, type, name);
    return named_view(get_property(tx, space, name));
  }));
}

Response create(ImageDeps& deps, const Request& request) {
  const auto wanted =
      read_metadef_property(read_metadef_body(request, {"created_at", "updated_at"}));
  deps.db.write([&](WriteTx& tx) { add(tx, get_metadef_namespace(tx, request), wanted); });
  return http::json_response(201, named_view(wanted));
}

Response update(ImageDeps& deps, const Request& request) {
  auto wanted = read_metadef_property(read_metadef_body(request, {"created_at", "updated_at"}));
  deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    const auto old = get_property(tx, space, request.param("name"));
    wanted.namespace_id = space.id;
    if (!store::metadef_properties::update(tx, old.name, wanted))
      throw Error(ErrorKind::conflict,
                  "Invalid update. It would result in a duplicate metadata definition property "
                  "with the same name=" +
                      wanted.name + " in namespace=" + space.name + ".");
  });
  return http::json_response(200, named_view(wanted));
}

Response remove(ImageDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    const auto property = get_property(tx, space, request.param("name"));
    require_unprotected(space, "property " + property.name);
    store::metadef_properties::erase(tx, space.id, property.name);
  });
  return http::empty_response(204);
}

}  // namespace

void add_metadef_property_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = kMetadefPath + "/{namespace}/properties";
  r.get(all, "get_metadef_properties", bind(list));
  r.post(all, "add_metadef_property", bind(create));
  r.get(all + "/{name}", "get_metadef_property", bind(show));
  r.put(all + "/{name}", "modify_metadef_property", bind(update));
  r.del(all + "/{name}", "remove_metadef_property", bind(remove));
}

}  // namespace virga::image
