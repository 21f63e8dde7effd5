// SPDX-License-Identifier: Apache-2.0
// Images: their records. The bytes are in image_data.cpp.
#include <algorithm>
#include <charconv>

#include "api/http/bind.h"
#include "api/image/src/routes.h"
#include "common/json.h"
#include "common/random.h"
#include "db/store/images.h"
#include "db/store/instances.h"
#include "image-service/inspect.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kMaxProperties = 128;
constexpr std::size_t kMaxTags = 128;
constexpr std::int64_t kPage = 25;  // Glance's default page
constexpr std::int64_t kMaxPage = 1000;

// Names that a client may not set as custom properties.
constexpr std::string_view kReserved[] = {
    "id",         "status",    "size",    "virtual_size", "checksum",       "created_at",
    "updated_at", "self",      "file",    "schema",       "os_hash_algo",   "os_hash_value",
    "direct_url", "locations", "deleted", "deleted_at",   "owner_is_tenant"};

json::object view(const model::Image& i) {
  json::object v;
  for (const auto& [name, value] : i.properties) v[name] = value;
  const auto text = [](const std::string& s) {
    return s.empty() ? json::value(nullptr) : json::value(s);
  };
  const bool has_data = i.status == model::ImageStatus::active;
  json::array tags;
  for (const auto& tag : i.tags) tags.push_back(json::string_view(tag.data(), tag.size()));
  v["id"] = i.id;
  v["name"] = text(i.name);
  v["status"] = name_of(i.status);
  v["visibility"] = name_of(i.visibility);
  v["owner"] = i.owner;
  v["disk_format"] = text(i.disk_format);
  v["container_format"] = text(i.container_format);
  v["size"] = has_data ? json::value(i.size) : json::value(nullptr);
  v["virtual_size"] = has_data ? json::value(i.virtual_size) : json::value(nullptr);
  v["checksum"] = text(i.checksum);
  v["os_hash_algo"] = has_data ? json::value("sha256") : json::value(nullptr);
  v["os_hash_value"] = text(i.digest);
  v["os_hidden"] = i.is_hidden;
  v["protected"] = i.is_protected;
  v["min_disk"] = i.min_disk_gib;
  v["min_ram"] = i.min_memory_mib;
  v["tags"] = std::move(tags);
  v["created_at"] = format_seconds(i.created_us);
  v["updated_at"] = format_seconds(i.updated_us);
  v["self"] = "/v2/images/" + i.id;
  v["file"] = "/v2/images/" + i.id + "/file";
  v["schema"] = "/v2/schemas/image";
  if (!i.refusal.empty()) v["virga_refusal"] = i.refusal;
  return v;
}

bool is_visible(const model::Image& i, const Request& request) {
  return request.who().is_admin() || i.owner == request.who().project_id ||
         i.visibility == model::ImageVisibility::public_ ||
         i.visibility == model::ImageVisibility::community;
}

/// In lists, others' community images appear only when they are asked for.
bool is_listed(const model::Image& i, const Request& request) {
  const auto visibility = request.parameter("visibility");
  const bool own = i.owner == request.who().project_id;
  if (!is_visible(i, request)) return false;
  if (visibility && *visibility != "all" && *visibility != name_of(i.visibility)) return false;
  if (!visibility && !own && !request.who().is_admin() &&
      i.visibility == model::ImageVisibility::community)
    return false;
  const bool hidden = request.parameter("os_hidden").value_or("false") == "true";
  if (i.is_hidden != hidden) return false;
  const auto is = [&](const char* key, const std::string& value) {
    auto asked = request.parameter(key);
    if (asked && asked->starts_with("in:")) asked->erase(0, 3);
    return !asked || *asked == value;
  };
  return is("name", i.name) && is("id", i.id) && is("status", name_of(i.status)) &&
         is("owner", i.owner) && is("disk_format", i.disk_format) &&
         is("container_format", i.container_format);
}

std::int64_t page_size(const Request& request) {
  const auto text = request.parameter("limit");
  if (!text) return kPage;
  std::int64_t limit = -1;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (failure != std::errc{} || end != text->data() + text->size() || limit < 0)
    throw Error(ErrorKind::invalid, "limit param must be a non-negative integer");
  return std::min(limit, kMaxPage);
}

/// Reads until the page is full: what the caller may not see does not count.
std::vector<model::Image> read_page(ReadTx& tx, const Request& request, std::int64_t limit) {
  std::vector<model::Image> page;
  std::string marker = request.parameter("marker").value_or("");
  if (!marker.empty() && !store::images::find(tx, marker))
    throw Error(ErrorKind::invalid, "Invalid marker. Image could not be found.");
  while (static_cast<std::int64_t>(page.size()) < limit) {
    const auto rows = store::images::list(tx, marker, kMaxPage);
    for (const auto& image : rows)
      if (is_listed(image, request) && static_cast<std::int64_t>(page.size()) < limit)
        page.push_back(image);
    if (static_cast<std::int64_t>(rows.size()) < kMaxPage) break;
    marker = rows.back().id;
  }
  return page;
}

Response list(ImageDeps& deps, const Request& request) {
  const std::int64_t limit = page_size(request);
  const auto page = deps.db.read([&](ReadTx& tx) { return read_page(tx, request, limit); });
  json::array views;
  for (const auto& image : page) views.push_back(view(image));
  json::object body{
      {"images", std::move(views)}, {"first", "/v2/images"}, {"schema", "/v2/schemas/images"}};
  if (static_cast<std::int64_t>(page.size()) == limit && limit > 0)
    body["next"] = "/v2/images?marker=" + page.back().id + "&limit=" + std::to_string(limit);
  return http::json_response(200, body);
}

Response show(ImageDeps& deps, const Request& request) {
  const auto image = deps.db.read([&](ReadTx& tx) { return get_image(tx, request); });
  return http::json_response(200, view(image));
}

void read_properties(const Fields& in, model::Image& image) {
  static constexpr std::string_view kKnown[] = {
      "id",         "name",     "disk_format", "container_format",
      "visibility", "min_disk", "min_ram",     "protected",
      "os_hidden",  "tags",     "owner"};
  for (const auto& member : in.raw()) {
    const std::string key = member.key();
    if (std::find(std::begin(kKnown), std::end(kKnown), key) != std::end(kKnown)) continue;
    if (std::find(std::begin(kReserved), std::end(kReserved), key) != std::end(kReserved))
      throw Error(ErrorKind::forbidden, "Attribute '" + key + "' is read-only.");
    if (key.empty() || key.size() > 255)
      throw Error(ErrorKind::invalid, "Property names must have 1 to 255 characters.");
    image.properties[key] = in.string(key, {0, 65535});
  }
  if (image.properties.size() > kMaxProperties)
    throw Error(ErrorKind::too_large,
                "The limit has been exceeded on the number of allowed image "
                "properties.");
}

void read_tags(const Fields& in, model::Image& image) {
  const json::array* tags = in.optional_array("tags");
  if (tags == nullptr) return;
  if (tags->size() > kMaxTags)
    throw Error(ErrorKind::too_large,
                "The limit has been exceeded on the number of allowed image "
                "tags.");
  for (const auto& value : *tags) {
    if (!value.is_string() || value.get_string().empty() || value.get_string().size() > 255)
      throw Error(ErrorKind::invalid, "Tags must be texts of 1 to 255 characters.");
    image.tags.emplace_back(value.get_string().data(), value.get_string().size());
  }
}

model::Image read_body(const Request& request, const Fields& in, TimeUs now) {
  model::Image image;
  image.id = in.optional_string("id").value_or(new_uuid());
  if (!is_uuid_like(image.id) || image.id.size() != 36)
    throw Error(ErrorKind::invalid, "'" + image.id + "' is not a valid image id.");
  image.name = in.optional_string("name").value_or("");
  image.owner = request.who().project_id;
  image.owner = in.optional_string("owner").value_or(image.owner);
  request.require({{"project_id", request.who().project_id}, {"owner", image.owner}});
  image.disk_format = in.optional_string("disk_format").value_or("");
  image.container_format = in.optional_string("container_format").value_or("");
  if (!image.disk_format.empty()) images::require_supported_format(image.disk_format);
  if (!image.container_format.empty() && image.container_format != "bare")
    throw Error(ErrorKind::invalid,
                "Container format '" + image.container_format + "' is not supported; use 'bare'.");
  image.visibility =
      model::image_visibility_named(in.optional_string("visibility").value_or("shared"));
  if (image.visibility == model::ImageVisibility::public_ && !request.who().is_admin())
    throw Error(ErrorKind::forbidden, "You are not authorized to complete publicize_image action.");
  constexpr std::int64_t kMost = 2'147'483'647;
  image.min_disk_gib = in.optional_integer("min_disk", 0, kMost).value_or(0);
  image.min_memory_mib = in.optional_integer("min_ram", 0, kMost).value_or(0);
  image.is_protected = in.boolean("protected", false);
  image.is_hidden = in.boolean("os_hidden", false);
  image.created_us = now;
  image.updated_us = now;
  read_properties(in, image);
  read_tags(in, image);
  return image;
}

Response create(ImageDeps& deps, const Request& request) {
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  const model::Image image =
      read_body(request, Fields(body.get_object(), "image"), deps.clock.now_us());
  deps.db.write([&](WriteTx& tx) { store::images::insert(tx, image); });
  Response response = http::json_response(201, view(image));
  response.headers.emplace_back("Location", request.base_url + "/image/v2/images/" + image.id);
  return response;
}

Response remove(ImageDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const model::Image image = get_own_image(tx, request);
    if (image.is_protected)
      throw Error(ErrorKind::forbidden,
                  "Image " + image.id + " is protected and cannot be deleted.");
    store::images::erase(tx, image.id);
  });
  return http::empty_response(204);
}

}  // namespace

model::Image get_image(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("id");
  auto image = store::images::find(tx, id);
  if (!image || !is_visible(*image, request))
    throw Error(ErrorKind::not_found, "No image found with ID " + id);
  return std::move(*image);
}

model::Image get_own_image(ReadTx& tx, const Request& request) {
  model::Image image = get_image(tx, request);
  if (image.owner != request.who().project_id && !request.who().is_admin())
    throw Error(ErrorKind::forbidden, "You are not permitted to change image " + image.id + ".");
  return image;
}

void add_image_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/image/v2/images", "get_images", bind(list));
  r.get("/image/v2/images/{id}", "get_image", bind(show));
  r.post("/image/v2/images", "add_image", bind(create));
  r.del("/image/v2/images/{id}", "delete_image", bind(remove));
}

}  // namespace virga::image
