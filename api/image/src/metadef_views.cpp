// SPDX-License-Identifier: Apache-2.0
// Structs to what the API shows.
#include <boost/json/parse.hpp>

#include "api/image/src/metadef_content.h"

namespace virga::image {
namespace {

constexpr const char* kBase = "/v2/metadefs/namespaces/";

/// Empty texts are not shown.
void set_text(json::object& view, const char* key, const std::string& text) {
  if (!text.empty()) view[key] = text;
}

void set_times(json::object& view, TimeUs created, TimeUs updated) {
  view["created_at"] = format_seconds(created);
  view["updated_at"] = format_seconds(updated);
}

}  // namespace

json::object view(const model::MetadefNamespace& space) {
  json::object v{{"namespace", space.name}};
  set_text(v, "display_name", space.display_name);
  set_text(v, "description", space.description);
  v["visibility"] = space.is_public ? "public" : "private";
  v["protected"] = space.is_protected;
  v["owner"] = space.owner;
  set_times(v, space.created_us, space.updated_us);
  v["self"] = kBase + space.name;
  v["schema"] = "/v2/schemas/metadefs/namespace";
  return v;
}

json::object view(const model::MetadefNamespace& space, const model::MetadefObject& object) {
  json::object v{{"name", object.name}, {"required", json::parse(object.required)}};
  set_text(v, "description", object.description);
  v["properties"] = json::parse(object.properties);
  set_times(v, object.created_us, object.updated_us);
  v["self"] = kBase + space.name + "/objects/" + object.name;
  v["schema"] = "/v2/schemas/metadefs/object";
  return v;
}

json::object view(const model::MetadefTag& tag) {
  json::object v{{"name", tag.name}};
  set_times(v, tag.created_us, tag.updated_us);
  return v;
}

json::object view(const model::MetadefAssociation& association) {
  json::object v{{"name", association.resource_type}};
  set_text(v, "prefix", association.prefix);
  set_text(v, "properties_target", association.properties_target);
  set_times(v, association.created_us, association.updated_us);
  return v;
}

json::object view(const model::MetadefProperty& property) {
  return json::parse(property.definition).as_object();
}

}  // namespace virga::image
