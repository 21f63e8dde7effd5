// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/metadef_schemas.h"

#include <boost/json/parse.hpp>

#include "api/http/router.h"
#include "api/image/src/metadef_routes.h"

namespace virga::image {
namespace metadef_schemas {
namespace {

constexpr std::string_view kNumbers = R"json({
  "positiveInteger": {"type": "integer", "minimum": 0},
  "positiveIntegerDefault0": {"allOf": [{"$ref": "#/definitions/positiveInteger"}, {"default": 0}]}
})json";

constexpr std::string_view kDefinitionFields = R"json({
  "name": {"type": "string", "maxLength": 80},
  "title": {"type": "string"},
  "description": {"type": "string"},
  "operators": {"type": "array", "items": {"type": "string"}},
  "type": {"type": "string",
           "enum": ["array", "boolean", "integer", "number", "object", "string", null]},
  "required": {"$ref": "#/definitions/stringArray"},
  "minimum": {"type": "number"},
  "maximum": {"type": "number"},
  "maxLength": {"$ref": "#/definitions/positiveInteger"},
  "minLength": {"$ref": "#/definitions/positiveIntegerDefault0"},
  "pattern": {"type": "string", "format": "regex"},
  "enum": {"type": "array"},
  "readonly": {"type": "boolean"},
  "default": {},
  "items": {"type": "object", "properties": {
    "type": {"type": "string",
             "enum": ["array", "boolean", "integer", "number", "object", "string", null]},
    "enum": {"type": "array"}}},
  "maxItems": {"$ref": "#/definitions/positiveInteger"},
  "minItems": {"$ref": "#/definitions/positiveIntegerDefault0"},
  "uniqueItems": {"type": "boolean", "default": false},
  "additionalItems": {"type": "boolean"}
})json";

constexpr std::string_view kSpaceFields = R"json({
  "namespace": {"type": "string", "maxLength": 80,
                "description": "Name of the namespace, unique in the cloud."},
  "display_name": {"type": "string", "maxLength": 80,
                   "description": "Name for people, shown by user interfaces that have it."},
  "description": {"type": "string", "maxLength": 500,
                  "description": "What the namespace is for, in words for people."},
  "visibility": {"type": "string", "enum": ["public", "private"],
                 "description": "Who sees the namespace: everybody, or its owner."},
  "protected": {"type": "boolean",
                "description": "True: the namespace cannot be deleted."},
  "owner": {"type": "string", "maxLength": 255,
            "description": "The project that owns the namespace."},
  "created_at": {"type": "string", "readOnly": true, "format": "date-time",
                 "description": "When the namespace was made"},
  "updated_at": {"type": "string", "readOnly": true, "format": "date-time",
                 "description": "When the namespace was last changed"},
  "schema": {"readOnly": true, "type": "string"},
  "self": {"readOnly": true, "type": "string"},
  "resource_type_associations": {"type": "array", "items": {"type": "object", "properties": {
    "name": {"type": "string"},
    "prefix": {"type": "string"},
    "properties_target": {"type": "string"}}}},
  "properties": {"$ref": "#/definitions/property"},
  "objects": {"type": "array", "items": {"type": "object", "properties": {
    "name": {"type": "string"},
    "description": {"type": "string"},
    "required": {"$ref": "#/definitions/stringArray"},
    "properties": {"$ref": "#/definitions/property"}}}},
  "tags": {"type": "array", "items": {"type": "object", "properties": {
    "name": {"type": "string"}}}}
})json";

constexpr std::string_view kObjectFields = R"json({
  "name": {"type": "string", "maxLength": 80},
  "description": {"type": "string"},
  "required": {"$ref": "#/definitions/stringArray"},
  "properties": {"$ref": "#/definitions/property"},
  "schema": {"readOnly": true, "type": "string"},
  "self": {"readOnly": true, "type": "string"},
  "created_at": {"type": "string", "readOnly": true, "format": "date-time",
                 "description": "When the object was made"},
  "updated_at": {"type": "string", "readOnly": true, "format": "date-time",
                 "description": "When the object was last changed"}
})json";

constexpr std::string_view kTagFields = R"json({
  "name": {"type": "string", "maxLength": 80},
  "created_at": {"type": "string", "readOnly": true, "format": "date-time",
                 "description": "When the tag was made"},
  "updated_at": {"type": "string", "readOnly": true, "format": "date-time",
                 "description": "When the tag was last changed"}
})json";

constexpr std::string_view kAssociationFields = R"json({
  "name": {"type": "string", "maxLength": 80,
           "description": "Name of a resource type; where Heat has a name for it, that name."},
  "prefix": {"type": "string", "maxLength": 80,
             "description": "What is put before the namespace's keys when they are set on a resource of this type, with its separator, for instance a colon."},
  "properties_target": {"type": "string", "maxLength": 80,
                        "description": "Which set of keys is meant, for types that have more than one: a volume has keys of its user and of its image."},
  "created_at": {"type": "string", "readOnly": true, "format": "date-time",
                 "description": "When the association was made"},
  "updated_at": {"type": "string", "readOnly": true, "format": "date-time",
                 "description": "When the association was last changed"}
})json";

constexpr std::string_view kDefinition = R"json({
  "name": "property",
  "required": ["title", "type"],
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string", "maxLength": 80},
    "title": {"type": "string"},
    "description": {"type": "string"},
    "operators": {"type": "array", "items": {"type": "string"}},
    "type": {"enum": ["array", "boolean", "integer", "number", "object", "string"]},
    "minimum": {"type": "number"},
    "maximum": {"type": "number"},
    "maxLength": {"type": "integer", "minimum": 0},
    "minLength": {"type": "integer", "minimum": 0},
    "pattern": {"type": "string"},
    "enum": {"type": "array", "items": {"type": "string"}},
    "readonly": {"type": "boolean"},
    "default": {},
    "items": {"type": "object", "required": ["type"], "additionalProperties": false, "properties": {
      "type": {"enum": ["array", "boolean", "integer", "number", "object", "string"]},
      "enum": {"type": "array", "items": {"type": "string"}}}},
    "maxItems": {"type": "integer", "minimum": 0},
    "minItems": {"type": "integer", "minimum": 0},
    "uniqueItems": {"type": "boolean"},
    "additionalItems": {"type": "boolean"}
  }
})json";

constexpr std::string_view kTagList = R"json({
  "name": "tags",
  "required": ["tags"],
  "additionalProperties": false,
  "properties": {
    "tags": {"type": "array", "items": {"type": "object", "required": ["name"],
      "additionalProperties": false, "properties": {"name": {"type": "string", "maxLength": 80}}}}
  }
})json";

json::object parsed(std::string_view text) {
  return json::parse({text.data(), text.size()}).as_object();
}

/// The document of one resource.
json::object document(std::string_view name, std::string_view fields, json::array required) {
  return {{"name", json::string_view(name.data(), name.size())},
          {"properties", parsed(fields)},
          {"additionalProperties", false},
          {"required", std::move(required)}};
}

/// What documents refer to by $ref.
json::object definitions(json::object string_array) {
  json::object all = parsed(kNumbers);
  all["stringArray"] = std::move(string_array);
  return all;
}

json::object with_property_definitions(json::object schema) {
  json::object all =
      definitions({{"type", "array"}, {"items", {{"type", "string"}}}, {"uniqueItems", true}});
  all["property"] = json::object{{"type", "object"},
                                 {"additionalProperties",
                                  {{"type", "object"},
                                   {"required", {"title", "type"}},
                                   {"properties", parsed(kDefinitionFields)}}}};
  schema["definitions"] = std::move(all);
  return schema;
}

/// The document of a list: its definitions stand at the top, where $ref looks for them.
json::object collection(std::string_view name, json::object item, bool by_name) {
  json::value shared = nullptr;
  if (const auto* own = item.if_contains("definitions")) {
    shared = *own;
    item.erase("definitions");
  }
  const json::string_view key(name.data(), name.size());
  json::object list = by_name ? json::object{{"type", "object"}, {"additionalProperties", item}}
                              : json::object{{"type", "array"}, {"items", item}};
  json::object schema{{"name", key},
                      {"properties",
                       {{key, std::move(list)},
                        {"first", {{"type", "string"}}},
                        {"next", {{"type", "string"}}},
                        {"schema", {{"type", "string"}}}}},
                      {"links",
                       {{{"rel", "first"}, {"href", "{first}"}},
                        {{"rel", "next"}, {"href", "{next}"}},
                        {{"rel", "describedby"}, {"href", "{schema}"}}}}};
  if (!shared.is_null()) schema["definitions"] = std::move(shared);
  return schema;
}

/// A property as an item of the list of properties: its key is its name.
json::object unnamed_property() {
  json::object item = property();
  item["required"] = {"type", "title"};
  return item;
}

}  // namespace

const json::object& space() {
  static const json::object schema =
      with_property_definitions(document("namespace", kSpaceFields, {"namespace"}));
  return schema;
}

const json::object& object() {
  static const json::object schema =
      with_property_definitions(document("object", kObjectFields, {"name"}));
  return schema;
}

const json::object& property() {
  static const json::object schema = [] {
    json::object made = document("property", kDefinitionFields, {"type", "title", "name"});
    made["definitions"] = definitions({{"type", "array"},
                                       {"items", {{"type", "string"}}},
                                       {"minItems", 1},
                                       {"uniqueItems", true}});
    return made;
  }();
  return schema;
}

const json::object& tag() {
  static const json::object schema = document("tag", kTagFields, {"name"});
  return schema;
}

const json::object& association() {
  static const json::object schema =
      document("resource_type_association", kAssociationFields, {"name"});
  return schema;
}

const json::object& definition() {
  static const json::object schema = parsed(kDefinition);
  return schema;
}

const json::object& tag_list() {
  static const json::object schema = parsed(kTagList);
  return schema;
}

}  // namespace metadef_schemas

void add_metadef_schema_routes(http::Router& router) {
  namespace schemas = metadef_schemas;
  const auto serve = [&router](const std::string& name, const json::object& document) {
    router.get(
        "/image/v2/schemas/metadefs/" + name, "default",
        [answer = http::object_response(200, document)](const http::Request&) { return answer; });
  };
  serve("namespace", schemas::space());
  serve("namespaces", schemas::collection("namespaces", schemas::space(), false));
  serve("object", schemas::object());
  serve("objects", schemas::collection("objects", schemas::object(), false));
  serve("property", schemas::property());
  serve("properties", schemas::collection("properties", schemas::unnamed_property(), true));
  serve("resource_type", schemas::association());
  serve("resource_types",
        schemas::collection("resource_type_associations", schemas::association(), false));
  serve("tag", schemas::tag());
  serve("tags", schemas::collection("tags", schemas::tag(), false));
}

}  // namespace virga::image
