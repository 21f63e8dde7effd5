// SPDX-License-Identifier: Apache-2.0
// Namespaces of metadata definitions.
#include <algorithm>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "api/http/bind.h"
#include "api/image/src/metadef_common.h"
#include "api/image/src/metadef_content.h"
#include "api/image/src/metadef_routes.h"
#include "common/error.h"
#include "db/store/metadef_namespaces.h"
#include "db/store/metadef_objects.h"
#include "db/store/metadef_properties.h"
#include "db/store/metadef_resource_types.h"
#include "db/store/metadef_tags.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::int64_t kPage = 25;  // Glance's default page
constexpr std::int64_t kMaxPage = 1000;

std::string encoded(const std::string& text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

json::object read_body(const Request& request) {
  return read_metadef_body(request, {"self", "schema", "created_at", "updated_at"});
}

store::metadef_namespaces::Query read_query(const Request& request) {
  require_visibility(request, {"public", "private"});
  store::metadef_namespaces::Query query;
  query.viewer = request.who().is_admin() ? "" : request.who().project_id;
  query.visibility = request.parameter("visibility").value_or("");
  query.resource_types = request.parameter("resource_types").value_or("");
  query.ascending = is_ascending(request);
  query.limit = std::min(read_limit(request, 0).value_or(kPage), kMaxPage);
  query.sort_key = request.parameter("sort_key").value_or("created_at");
  const auto& keys = store::metadef_namespaces::sort_keys();
  if (std::find(keys.begin(), keys.end(), query.sort_key) == keys.end())
    throw Error(ErrorKind::invalid, "Invalid sort key: " + query.sort_key);
  return query;
}

std::string find_marker(ReadTx& tx, const Request& request) {
  const std::string name = request.parameter("marker").value_or("");
  if (name.empty()) return "";
  const auto space = store::metadef_namespaces::find(tx, name);
  if (!space || !may_see(*space, request))
    throw Error(ErrorKind::not_found, "Metadata definition namespace=" + name + " was not found.");
  return space->id;
}

/// The path of the list with the request's parameters, and another marker.
std::string page_link(const Request& request, const std::string& marker) {
  std::string link;
  const auto append = [&](const std::string& key, const std::string& value) {
    link += (link.empty() ? "?" : "&") + encoded(key) + "=" + encoded(value);
  };
  for (const auto& [key, value] : request.query)
    if (key != "marker") append(key, value);
  if (!marker.empty()) append("marker", marker);
  return "/v2/metadefs/namespaces" + link;
}

void show_associations(ReadTx& tx, const model::MetadefNamespace& space, json::object& v) {
  json::array associations;
  for (const auto& a : store::metadef_resource_types::list_associations(tx, space.id))
    associations.push_back(view(a));
  if (!associations.empty()) v["resource_type_associations"] = std::move(associations);
}

Response list(ImageDeps& deps, const Request& request) {
  auto query = read_query(request);
  json::array views;
  std::string last;
  deps.db.read([&](ReadTx& tx) {
    query.marker = find_marker(tx, request);
    for (const auto& space : store::metadef_namespaces::list(tx, query)) {
      if (!may_see(space, request)) continue;  // a policy of the operator is stricter
      json::object v = view(space);
      show_associations(tx, space, v);
      views.push_back(std::move(v));
      last = space.name;
    }
  });
  json::object body{{"first", page_link(request, "")},
                    {"schema", "/v2/schemas/metadefs/namespaces"}};
  if (!views.empty() && static_cast<std::int64_t>(views.size()) == query.limit)
    body["next"] = page_link(request, last);
  body["namespaces"] = std::move(views);
  return http::json_response(200, body);
}

json::object prefixed(const json::object& members, const std::string& prefix) {
  json::object out;
  for (const auto& [key, value] : members) out[prefix + std::string(key)] = value;
  return out;
}

json::object view_object(const model::MetadefNamespace& space, const model::MetadefObject& object,
                         const std::string& prefix) {
  json::object v = view(space, object);
  v["properties"] = prefixed(v["properties"].get_object(), prefix);
  for (auto& name : v["required"].get_array())
    name = json::string(prefix + std::string(name.get_string()));
  return v;
}

/// All that a namespace holds, with the prefix of the resource type that was asked for.
json::object show_content(ReadTx& tx, const Request& request) {
  const auto space = get_metadef_namespace(tx, request);
  json::object v = view(space);
  show_associations(tx, space, v);
  std::string prefix;
  if (const auto type = request.parameter("resource_type"))
    if (const auto found = store::metadef_resource_types::find_association(tx, space.id, *type))
      prefix = found->prefix;
  json::array objects;
  for (const auto& object : store::metadef_objects::list(tx, space.id))
    objects.push_back(view_object(space, object, prefix));
  if (!objects.empty()) v["objects"] = std::move(objects);
  json::object properties;
  for (const auto& property : store::metadef_properties::list(tx, space.id))
    properties[prefix + property.name] = view(property);
  if (!properties.empty()) v["properties"] = std::move(properties);
  json::array tags;
  for (const auto& tag : store::metadef_tags::list(tx, space.id))
    tags.insert(tags.begin(), json::object{{"name", tag.name}});
  if (!tags.empty()) v["tags"] = std::move(tags);
  return v;
}

Response show(ImageDeps& deps, const Request& request) {
  require_visibility(request, {"public", "private"});
  return http::json_response(200,
                             deps.db.read([&](ReadTx& tx) { return show_content(tx, request); }));
}

Response create(ImageDeps& deps, const Request& request) {
  const json::object body = read_body(request);
  MetadefContent content = read_metadef_content(body);
  if (!body.contains("owner")) content.space.owner = request.who().project_id;
  json::object v =
      view(deps.db.write([&](WriteTx& tx) { return add(tx, content, deps.clock.now_us()); }));
  for (const auto* part : {"resource_type_associations", "properties", "objects", "tags"})
    if (const auto* given = body.if_contains(part)) v[part] = *given;
  Response response = http::json_response(201, v);
  response.headers.emplace_back(
      "Location", request.base_url + kMetadefPath + "/" + encoded(content.space.name));
  return response;
}

Response update(ImageDeps& deps, const Request& request) {
  model::MetadefNamespace wanted = read_metadef_namespace(read_body(request));
  deps.db.write([&](WriteTx& tx) {
    const auto old = get_metadef_namespace(tx, request);
    wanted.id = old.id;
    wanted.created_us = old.created_us;
    wanted.updated_us = deps.clock.now_us();
    if (wanted.owner.empty()) wanted.owner = request.who().project_id;
    store::metadef_namespaces::update(tx, wanted);
  });
  return http::json_response(200, view(wanted));
}

/// Deletes from the namespace of the path what `erase` says.
template <class Erase>
Response remove_from(ImageDeps& deps, const Request& request, Erase erase) {
  deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    require_unprotected(space, "namespace " + space.name);
    erase(tx, space.id);
  });
  return http::empty_response(204);
}

Response remove(ImageDeps& deps, const Request& request) {
  return remove_from(deps, request, store::metadef_namespaces::erase);
}
Response remove_objects(ImageDeps& deps, const Request& request) {
  return remove_from(deps, request, store::metadef_objects::erase_all);
}
Response remove_properties(ImageDeps& deps, const Request& request) {
  return remove_from(deps, request, store::metadef_properties::erase_all);
}
Response remove_tags(ImageDeps& deps, const Request& request) {
  return remove_from(deps, request, store::metadef_tags::erase_all);
}

}  // namespace

void add_metadef_namespace_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string one = kMetadefPath + "/{namespace}";
  r.get(kMetadefPath, "get_metadef_namespaces", bind(list));
  r.post(kMetadefPath, "add_metadef_namespace", bind(create));
  r.get(one, "get_metadef_namespace", bind(show));
  r.put(one, "modify_metadef_namespace", bind(update));
  r.del(one, "delete_metadef_namespace", bind(remove));
  r.del(one + "/objects", "delete_metadef_namespace", bind(remove_objects));
  r.del(one + "/properties", "delete_metadef_namespace", bind(remove_properties));
  r.del(one + "/tags", "delete_metadef_tags", bind(remove_tags));
}

}  // namespace virga::image
