// SPDX-License-Identifier: Apache-2.0
// /images/{id}/metadata up to 2.38: the properties of an image.
#include "api/compute/src/image_proxy.h"
#include "api/compute/src/quotas.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/http/bind.h"
#include "common/error.h"
#include "db/store/images.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::Image;
using store::ReadTx;
using store::WriteTx;

using Metadata = std::map<std::string, std::string>;

constexpr char kRefusal[] = "You are not allowed to see or change the image.";
constexpr TextRule kValue{0, 255};

/// Attributes of an image, which no property may be called.
constexpr std::string_view kAttributes[] = {
    "id",           "name",         "status",        "visibility", "owner",
    "disk_format",  "checksum",     "size",          "protected",  "min_disk",
    "min_ram",      "tags",         "created_at",    "updated_at", "os_hidden",
    "virtual_size", "os_hash_algo", "os_hash_value", "self",       "file",
    "schema",       "stores",       "direct_url",    "locations",  "container_format"};

json::object view(const Metadata& metadata) {
  json::object shown;
  for (const auto& [key, value] : metadata) shown[key] = value;
  return shown;
}

Metadata read_metadata(const Request& request, const char* envelope_key) {
  const json::value body = request.json();
  const Fields in = envelope(body, envelope_key);
  Metadata metadata;
  for (const auto& member : in.raw()) {
    const std::string key = member.key();
    if (!is_metadata_key(key))
      throw Error(ErrorKind::invalid, "Invalid input for field/attribute " +
                                          std::string(envelope_key) + ". '" + key.substr(0, 64) +
                                          "' does not match any of the regexes: "
                                          "'^[a-zA-Z0-9-_:. ]{1,255}$'");
    metadata[key] = read_text(key, member.value(), kValue);
  }
  return metadata;
}

void require_settable(const Metadata& metadata) {
  for (const auto& [key, value] : metadata) {
    bool fixed = is_reserved_property(key);
    for (const auto attribute : kAttributes) fixed = fixed || attribute == key;
    if (fixed) throw Error(ErrorKind::forbidden, "Property " + key + " cannot be set.");
  }
}

/// Changes the properties of the image; what the image service keeps in them stays.
Metadata change(ComputeDeps& deps, const Request& request,
                const std::function<void(Metadata&)>& edit) {
  return deps.db.write([&](WriteTx& tx) {
    Image image = get_image(tx, request, kRefusal);
    const Metadata before = image.properties;
    edit(image.properties);
    for (const auto& [key, value] : before)
      if (is_reserved_property(key)) image.properties[key] = value;
    const auto& who = request.who();
    const std::int64_t limit = limits_of(tx, who.project_id, who.user_id).at("metadata_items");
    if (limit >= 0 && static_cast<std::int64_t>(image.properties.size()) > limit)
      throw Error(ErrorKind::forbidden, "Image metadata limit exceeded");
    image.updated_us = deps.clock.now_us();
    store::images::update(tx, image);
    return image.properties;
  });
}

Response list(ComputeDeps& deps, const Request& request) {
  const Image image = deps.db.read([&](ReadTx& tx) { return get_image(tx, request, kRefusal); });
  return http::json_response(200, {{"metadata", view(image.properties)}});
}

Response show(ComputeDeps& deps, const Request& request) {
  const Image image = deps.db.read([&](ReadTx& tx) { return get_image(tx, request, kRefusal); });
  const auto found = image.properties.find(request.param("key"));
  if (found == image.properties.end())
    throw Error(ErrorKind::not_found, "The resource could not be found.");
  return http::json_response(200, {{"meta", view({*found})}});
}

/// Adds to what is there.
Response create(ComputeDeps& deps, const Request& request) {
  const Metadata added = read_metadata(request, "metadata");
  require_settable(added);
  const Metadata all = change(deps, request, [&](Metadata& properties) {
    for (const auto& [key, value] : added) properties[key] = value;
  });
  return http::json_response(200, {{"metadata", view(all)}});
}

/// Takes the place of what is there.
Response replace(ComputeDeps& deps, const Request& request) {
  const Metadata wanted = read_metadata(request, "metadata");
  require_settable(wanted);
  change(deps, request, [&](Metadata& properties) { properties = wanted; });
  return http::json_response(200, {{"metadata", view(wanted)}});
}

Response set(ComputeDeps& deps, const Request& request) {
  const Metadata one = read_metadata(request, "meta");
  if (one.size() != 1)
    throw Error(ErrorKind::invalid,
                "Invalid input for field/attribute meta. It must have one item");
  if (one.begin()->first != request.param("key"))
    throw Error(ErrorKind::invalid, "Request body and URI mismatch");
  require_settable(one);
  change(deps, request,
         [&](Metadata& properties) { properties[one.begin()->first] = one.begin()->second; });
  return http::json_response(200, {{"meta", view(one)}});
}

Response remove(ComputeDeps& deps, const Request& request) {
  const std::string& key = request.param("key");
  change(deps, request, [&](Metadata& properties) {
    if (properties.erase(key) == 0) throw Error(ErrorKind::not_found, "Invalid metadata key");
  });
  return http::empty_response(204);
}

}  // namespace

void add_image_metadata_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const auto range = http::until({2, 38});
  const std::string path = "/compute/v2.1/images/{id}/metadata";
  const std::string one = path + "/{key}";
  r.get(path, "get_image", bind(list), range);
  r.post(path, "modify_image", bind(create), range);
  r.put(path, "modify_image", bind(replace), range);
  r.get(one, "get_image", bind(show), range);
  r.put(one, "modify_image", bind(set), range);
  r.del(one, "modify_image", bind(remove), range);
}

}  // namespace virga::compute
