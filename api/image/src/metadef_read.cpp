// SPDX-License-Identifier: Apache-2.0
// Bodies of requests to structs.
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <cmath>

#include "api/image/src/metadef_check.h"
#include "api/image/src/metadef_content.h"
#include "api/image/src/metadef_schemas.h"

namespace virga::image {
namespace {

namespace schemas = metadef_schemas;

constexpr std::size_t kMaxName = 80;  // characters

std::string text_of(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value == nullptr ? "" : json::value_to<std::string>(*value);
}

bool flag_of(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->get_bool();
}

/// Names stand in paths and in columns.
void require_name(const std::string& name, std::string_view schema) {
  if (name.empty()) refuse_object(schema, "'' is too short");
  if (characters_of(name) > kMaxName) refuse_object(schema, "'" + name + "' is too long");
  if (name.find('\0') != std::string::npos)
    refuse_object(schema, "a name has a character that is not allowed");
}

/// The members of a list that may be absent.
const json::array& items_of(const json::object& body, std::string_view key) {
  static const json::array none;
  const auto* value = body.if_contains(key);
  return value == nullptr ? none : value->get_array();
}

const json::object& members_of(const json::object& body, std::string_view key) {
  static const json::object none;
  const auto* value = body.if_contains(key);
  return value == nullptr ? none : value->get_object();
}

/// Bounds are whole numbers and defaults are texts: that is what readers of the API expect.
void make_whole(json::object& definition, std::string_view key) {
  auto* value = definition.if_contains(key);
  if (value == nullptr || value->is_int64()) return;
  constexpr double kMost = 9e15;  // beyond, a double does not tell whole numbers apart
  const double number = value->to_number<double>();
  if (!(std::abs(number) <= kMost))
    refuse_object("property", "'" + std::string(key) + "' is too large");
  *value = static_cast<std::int64_t>(number);
}

void make_text(json::object& definition, std::string_view key) {
  auto* value = definition.if_contains(key);
  if (value == nullptr || value->is_null() || value->is_string()) return;
  if (value->is_bool())
    *value = value->get_bool() ? "True" : "False";
  else
    *value = json::string(json::serialize(*value));
}

json::object read_definition(const json::value& value) {
  check_schema(schemas::definition(), value);
  json::object definition = value.get_object();
  for (const auto* key : {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"})
    make_whole(definition, key);
  make_text(definition, "default");
  return definition;
}

/// The definitions of an object or namespace, by their names.
json::object read_definitions(const json::object& body) {
  json::object definitions;
  for (const auto& [key, value] : members_of(body, "properties")) {
    require_name(std::string(key), "property");
    definitions[key] = read_definition(value);
  }
  return definitions;
}

void read_parts(const json::object& body, MetadefContent& content) {
  for (const auto& value : items_of(body, "resource_type_associations")) {
    check_schema(schemas::association(), value);
    content.associations.push_back(read_metadef_association(value.get_object()));
  }
  for (const auto& value : items_of(body, "objects")) {
    check_schema(schemas::object(), value);
    content.objects.push_back(read_metadef_object(value.get_object()));
  }
  for (const auto& value : items_of(body, "tags")) {
    check_schema(schemas::tag(), value);
    content.tags.push_back(metadef_tag_named(text_of(value.get_object(), "name")));
  }
  for (const auto& [key, value] : read_definitions(body))
    content.properties.push_back({"", std::string(key), json::serialize(value)});
}

}  // namespace

MetadefContent read_metadef_content(const json::object& body) {
  MetadefContent content;
  content.space = read_metadef_namespace(body);
  read_parts(body, content);
  return content;
}

model::MetadefNamespace read_metadef_namespace(const json::object& body) {
  check_schema(schemas::space(), body);
  model::MetadefNamespace space;
  space.name = text_of(body, "namespace");
  require_name(space.name, "namespace");
  space.display_name = text_of(body, "display_name");
  space.description = text_of(body, "description");
  space.is_public = text_of(body, "visibility") == "public";
  space.is_protected = flag_of(body, "protected");
  space.owner = text_of(body, "owner");
  return space;
}

model::MetadefObject read_metadef_object(const json::object& body) {
  check_schema(schemas::object(), body);
  model::MetadefObject object;
  object.name = text_of(body, "name");
  require_name(object.name, "object");
  object.description = text_of(body, "description");
  object.required = json::serialize(items_of(body, "required"));
  object.properties = json::serialize(read_definitions(body));
  return object;
}

model::MetadefProperty read_metadef_property(const json::object& body) {
  check_schema(schemas::property(), body);
  model::MetadefProperty property;
  property.name = text_of(body, "name");
  require_name(property.name, "property");
  property.definition = json::serialize(read_definition(body));
  return property;
}

model::MetadefAssociation read_metadef_association(const json::object& body) {
  check_schema(schemas::association(), body);
  model::MetadefAssociation association;
  association.resource_type = text_of(body, "name");
  require_name(association.resource_type, "resource_type_association");
  association.prefix = text_of(body, "prefix");
  association.properties_target = text_of(body, "properties_target");
  return association;
}

model::MetadefTag metadef_tag_named(std::string name) {
  require_name(name, "tag");
  model::MetadefTag tag;
  tag.name = std::move(name);
  return tag;
}

}  // namespace virga::image
