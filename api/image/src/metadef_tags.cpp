// SPDX-License-Identifier: Apache-2.0
// Tags: words that may be put on resources.
#include <algorithm>

#include "api/http/bind.h"
#include "api/image/src/metadef_check.h"
#include "api/image/src/metadef_common.h"
#include "api/image/src/metadef_content.h"
#include "api/image/src/metadef_routes.h"
#include "api/image/src/metadef_schemas.h"
#include "common/error.h"
#include "db/store/metadef_tags.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using model::MetadefTag;
using store::ReadTx;
using store::WriteTx;

MetadefTag get_tag(ReadTx& tx, const model::MetadefNamespace& space, const std::string& name) {
  auto tag = store::metadef_tags::find(tx, space.id, name);
  if (!tag) throw Error(ErrorKind::not_found, "Could not find metadata tag " + name);
  return std::move(*tag);
}

json::array names_of(const std::vector<MetadefTag>& tags) {
  json::array names;
  for (const auto& tag : tags) names.push_back(json::object{{"name", tag.name}});
  return names;
}

/// Orders tags, which come the oldest first, as a request wants them.
void sort_tags(std::vector<MetadefTag>& tags, const Request& request) {
  const std::string key = request.parameter("sort_key").value_or("created_at");
  if (key == "name")
    std::sort(tags.begin(), tags.end(),
              [](const MetadefTag& a, const MetadefTag& b) { return a.name < b.name; });
  else if (key == "updated_at")
    std::stable_sort(tags.begin(), tags.end(), [](const MetadefTag& a, const MetadefTag& b) {
      return a.updated_us < b.updated_us;
    });
  else if (key != "created_at" && key != "id")
    throw Error(ErrorKind::invalid, "Invalid sort key: " + key);
  if (!is_ascending(request)) std::reverse(tags.begin(), tags.end());
}

Response list(ImageDeps& deps, const Request& request) {
  const auto limit = read_limit(request, 0);
  const std::string marker = request.parameter("marker").value_or("");
  require_visibility(request, {"public", "private", "shared"});
  auto tags = deps.db.read([&](ReadTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    if (!marker.empty()) get_tag(tx, space, marker);
    return store::metadef_tags::list(tx, space.id);
  });
  sort_tags(tags, request);
  if (!marker.empty())
    tags.erase(tags.begin(), std::find_if(tags.begin(), tags.end(), [&](const MetadefTag& tag) {
                               return tag.name == marker;
                             }) + 1);
  if (limit && *limit < static_cast<std::int64_t>(tags.size()))
    tags.resize(static_cast<std::size_t>(*limit));
  return http::json_response(200, {{"tags", names_of(tags)}});
}

Response show(ImageDeps& deps, const Request& request) {
  return http::json_response(200, deps.db.read([&](ReadTx& tx) {
    return view(get_tag(tx, get_metadef_namespace(tx, request), request.param("name")));
  }));
}

Response create(ImageDeps& deps, const Request& request) {
  if (!request.body.empty())
    throw Error(ErrorKind::invalid, "A body is not expected with this request.");
  const MetadefTag wanted = metadef_tag_named(request.param("name"));
  return http::json_response(201, deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    add(tx, space, wanted, deps.clock.now_us());
    return view(get_tag(tx, space, wanted.name));
  }));
}

bool wants_append(const Request& request) {
  std::string word(request.header("x-openstack-append"));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return word == "true" || word == "1" || word == "t" || word == "on" || word == "y" ||
         word == "yes";
}

std::vector<MetadefTag> read_tags(const Request& request) {
  const json::object body = read_metadef_body(request, {"created_at", "updated_at"});
  check_schema(metadef_schemas::tag_list(), body);
  std::vector<MetadefTag> tags;
  for (const auto& item : body.at("tags").get_array())
    tags.push_back(metadef_tag_named(std::string(item.at("name").as_string())));
  return tags;
}

/// Sets all tags, or adds some. An empty list changes nothing, as in Glance.
Response create_many(ImageDeps& deps, const Request& request) {
  const auto tags = read_tags(request);
  deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    if (!tags.empty() && !wants_append(request)) store::metadef_tags::erase_all(tx, space.id);
    for (const auto& tag : tags) add(tx, space, tag, deps.clock.now_us());
  });
  return http::json_response(201, {{"tags", names_of(tags)}});
}

Response update(ImageDeps& deps, const Request& request) {
  const json::object body = read_metadef_body(request, {"created_at", "updated_at"});
  check_schema(metadef_schemas::tag(), body);
  auto wanted = metadef_tag_named(std::string(body.at("name").as_string()));
  deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    const auto old = get_tag(tx, space, request.param("name"));
    wanted.namespace_id = space.id;
    wanted.created_us = old.created_us;
    wanted.updated_us = deps.clock.now_us();
    if (!store::metadef_tags::update(tx, old.name, wanted)) refuse_second_tag(space, wanted.name);
  });
  return http::json_response(200, view(wanted));
}

Response remove(ImageDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const auto space = get_metadef_namespace(tx, request);
    const auto tag = get_tag(tx, space, request.param("name"));
    require_unprotected(space, "tag " + tag.name);
    store::metadef_tags::erase(tx, space.id, tag.name);
  });
  return http::empty_response(204);
}

}  // namespace

void add_metadef_tag_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = kMetadefPath + "/{namespace}/tags";
  r.get(all, "get_metadef_tags", bind(list));
  r.post(all, "add_metadef_tags", bind(create_many));
  r.get(all + "/{name}", "get_metadef_tag", bind(show));
  r.post(all + "/{name}", "add_metadef_tag", bind(create));
  r.put(all + "/{name}", "modify_metadef_tag", bind(update));
  r.del(all + "/{name}", "delete_metadef_tag", bind(remove));
}

}  // namespace virga::image
