// SPDX-License-Identifier: Apache-2.0
// /v2/schemas: the forms of images, members and tasks. Those of metadata definitions are in
// metadef_schemas.cpp.
#include "api/image/src/image_fields.h"
#include "api/image/src/routes.h"
#include "common/json.h"
#include "image-service/inspect.h"

namespace virga::image {
namespace {

using http::Request;

constexpr const char* kUuid =
    "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$";

json::object field(const json::value& type, const char* description) {
  return {{"type", type}, {"description", description}};
}

json::object read_only(json::object of) {
  of["readOnly"] = true;
  return of;
}

json::object limited(json::object of, int most) {
  of["maxLength"] = most;
  return of;
}

json::object one_of(json::object of, const std::vector<std::string_view>& words, bool nullable) {
  json::array all;
  if (nullable) all.emplace_back(nullptr);
  for (const auto word : words) all.emplace_back(json::string_view(word.data(), word.size()));
  of["enum"] = std::move(all);
  return of;
}

json::object id_field(const char* description) {
  json::object id = field("string", description);
  id["pattern"] = kUuid;
  return id;
}

json::value optional_type(const char* type) {
  return json::array{"null", type};
}

void add_facts(json::object& p) {
  const auto text = optional_type("string");
  const auto number = optional_type("integer");
  p["checksum"] = read_only(limited(field(text, "MD5 of the data."), 32));
  p["os_hash_algo"] = read_only(limited(field(text, "Algorithm of os_hash_value."), 64));
  p["os_hash_value"] = read_only(limited(field(text, "Digest of the data."), 128));
  p["size"] = read_only(field(number, "Bytes of the data."));
  p["virtual_size"] = read_only(field(number, "Bytes of the disk that a guest sees."));
  p["created_at"] = read_only(field("string", "When the image was registered."));
  p["updated_at"] = read_only(field("string", "When the image was changed last."));
  p["direct_url"] = read_only(field("string", "Where the store keeps the data."));
  p["self"] = read_only(field("string", "Path of the image."));
  p["file"] = read_only(field("string", "Path of the data."));
  p["stores"] = read_only(field("string", "Names of the stores that have the data."));
  p["schema"] = read_only(field("string", "Path of this schema."));
  p["status"] = read_only(one_of(field("string", "How far the image is."),
                                 {"queued", "saving", "active", "killed", "deleted", "uploading",
                                  "importing", "pending_delete", "deactivated"},
                                 false));
}

json::object locations_field() {
  json::object validation = {
      {"description", "Digests of the data, for an image that has none yet."},
      {"type", "object"},
      {"writeOnly", true},
      {"additionalProperties", false},
      {"properties",
       {{"checksum", {{"type", "string"}, {"minLength", 32}, {"maxLength", 32}}},
        {"os_hash_algo", {{"type", "string"}, {"maxLength", 64}}},
        {"os_hash_value", {{"type", "string"}, {"maxLength", 128}}}}},
      {"required", json::array{"os_hash_algo", "os_hash_value"}}};
  return {{"type", "array"},
          {"description", "Where the stores keep the data."},
          {"items",
           {{"type", "object"},
            {"properties",
             {{"url", {{"type", "string"}, {"maxLength", 255}}},
              {"metadata", {{"type", "object"}}},
              {"validation_data", std::move(validation)}}},
            {"required", json::array{"url", "metadata"}}}}};
}

json::object image_properties() {
  json::object p;
  const auto text = optional_type("string");
  p["id"] = id_field("Identifies the image.");
  p["name"] = limited(field(text, "Name for people."), 255);
  p["visibility"] = one_of(field("string", "Who sees the image."),
                           {"community", "public", "private", "shared"}, false);
  p["protected"] = field("boolean", "The image cannot be deleted.");
  p["os_hidden"] = field("boolean", "The image is in lists only when hidden ones are asked for.");
  p["owner"] = limited(field(text, "The project that owns the image."), 255);
  p["container_format"] =
      one_of(field(text, "What is around the disk."), container_formats(), true);
  p["disk_format"] = one_of(field(text, "Format of the disk."), images::known_formats(), true);
  p["tags"] = {{"type", "array"},
               {"description", "Words about the image."},
               {"items", {{"type", "string"}, {"maxLength", 255}}}};
  p["min_ram"] = field("integer", "MiB of memory that a server needs.");
  p["min_disk"] = field("integer", "GiB of disk that a server needs.");
  p["locations"] = locations_field();
  add_facts(p);
  return p;
}

json::object image_schema() {
  return {{"name", "image"},
          {"properties", image_properties()},
          {"additionalProperties", {{"type", "string"}}},
          {"links", json::array{json::object{{"rel", "self"}, {"href", "{self}"}},
                                json::object{{"rel", "enclosure"}, {"href", "{file}"}},
                                json::object{{"rel", "describedby"}, {"href", "{schema}"}}}}};
}

json::object member_schema() {
  json::object p;
  p["member_id"] = field("string", "The project that the image is shared with.");
  p["image_id"] = id_field("The image.");
  p["created_at"] = field("string", "When it was shared.");
  p["updated_at"] = field("string", "When the status was changed last.");
  p["status"] = one_of(field("string", "What the project says to it."),
                       {"pending", "accepted", "rejected"}, false);
  p["schema"] = read_only({{"type", "string"}});
  return {{"name", "member"}, {"properties", std::move(p)}, {"additionalProperties", false}};
}

json::object task_summary() {
  json::object p;
  p["id"] = id_field("Identifies the task.");
  p["type"] = one_of(field("string", "What is done."), {"import", "api_image_import"}, false);
  p["status"] = one_of(field("string", "How far it is."),
                       {"pending", "processing", "success", "failure"}, false);
  p["owner"] = field("string", "The project that asked for it.");
  p["expires_at"] = field(optional_type("string"), "When the task is forgotten.");
  p["created_at"] = field("string", "When it was asked for.");
  p["updated_at"] = field("string", "When it was changed last.");
  p["self"] = read_only({{"type", "string"}});
  p["schema"] = read_only({{"type", "string"}});
  return p;
}

json::object task_schema() {
  json::object p = task_summary();
  p["input"] = field(optional_type("object"), "What was asked for.");
  p["result"] = field(optional_type("object"), "What came of it.");
  p["message"] = field("string", "Why it failed.");
  p["image_id"] = field("string", "The image that it is about.");
  p["request_id"] = field("string", "The request that asked for it.");
  p["user_id"] = field("string", "Who asked for it.");
  return {{"name", "task"}, {"properties", std::move(p)}, {"additionalProperties", false}};
}

json::object collection(const std::string& name, json::object item) {
  const json::object path{{"type", "string"}};
  json::object schema{
      {"name", name},
      {"properties", {{name, {{"type", "array"}, {"items", std::move(item)}}}, {"schema", path}}}};
  if (name == "members") return schema;
  auto& properties = schema["properties"].as_object();
  properties["first"] = path;
  properties["next"] = path;
  schema["links"] = json::array{json::object{{"rel", "first"}, {"href", "{first}"}},
                                json::object{{"rel", "next"}, {"href", "{next}"}},
                                json::object{{"rel", "describedby"}, {"href", "{schema}"}}};
  return schema;
}

}  // namespace

void add_image_schema_routes(http::Router& router) {
  const auto serve = [&](const std::string& name, const json::object& schema) {
    router.get("/image/v2/schemas/" + name, "default",
               [schema](const Request&) { return http::json_response(200, schema); });
  };
  serve("image", image_schema());
  serve("images", collection("images", image_schema()));
  serve("member", member_schema());
  serve("members", collection("members", member_schema()));
  serve("task", task_schema());
  serve("tasks", collection("tasks", {{"name", "task"},
                                      {"properties", task_summary()},
                                      {"additionalProperties", false}}));
}

}  // namespace virga::image
