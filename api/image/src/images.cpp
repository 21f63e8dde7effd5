// SPDX-License-Identifier: Apache-2.0
// Images: their records. Lists are in image_list.cpp, the bytes in image_data.cpp.
#include "db/store/images.h"
#include "api/http/bind.h"
#include "api/image/src/image_access.h"
#include "api/image/src/image_fields.h"
#include "api/image/src/image_patch.h"
#include "api/image/src/image_view.h"
#include "api/image/src/routes.h"
#include "common/error.h"
#include "common/json.h"
#include "common/random.h"
#include "db/store/image_cache.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kImageBytes = 1024;
constexpr std::string_view kPatch20 = "application/openstack-images-v2.0-json-patch";
constexpr std::string_view kPatch21 = "application/openstack-images-v2.1-json-patch";

Response image_response(int status, const model::Image& image) {
  JsonWriter out(kImageBytes);
  write_image(out, image);
  Response response;
  response.status = status;
  response.body = out.take();
  return response;
}

Response show(ImageDeps& deps, const Request& request) {
  const auto image = deps.db.read([&](ReadTx& tx) { return get_image_for_policy(tx, request); });
  return image_response(200, image);
}

json::value body_of(const Request& request) {
  if (request.body.empty()) throw Error(ErrorKind::invalid, "Body expected in request.");
  return request.json();
}

bool is_image_id(const std::string& id) {
  return id.size() == 36 && is_uuid_like(id);
}

model::Image read_image(const Request& request, TimeUs now) {
  const json::value body = body_of(request);
  if (!body.is_object()) refuse_schema("The body is not of type 'object'");
  model::Image image;
  image.id = new_uuid();
  image.owner = request.who().project_id;
  image.created_us = now;
  image.updated_us = now;
  for (const auto& member : body.get_object()) {
    const std::string name(member.key());
    if (name == "id") {
      if (!member.value().is_string() || !is_image_id(std::string(member.value().get_string())))
        refuse_schema("The id is not a UUID");
      image.id = std::string(member.value().get_string());
      continue;
    }
    require_settable(name);
    set_property(image, name, member.value());
  }
  require_within_quotas(image);
  return image;
}

/// Making an image visible to others has policies of its own.
void require_visibility(const Request& request, const model::Image& image) {
  if (image.visibility == model::ImageVisibility::public_)
    require_policy(request, "publicize_image", image);
  if (image.visibility == model::ImageVisibility::community)
    require_policy(request, "communitize_image", image);
}

void join(std::string& list, const std::string& word) {
  list += (list.empty() ? "" : ",") + word;
}

Response create(ImageDeps& deps, const Request& request) {
  const model::Image image = read_image(request, deps.clock.now_us());
  if (image.owner != request.who().project_id && !request.who().is_admin())
    throw Error(ErrorKind::forbidden,
                "You are not permitted to create images owned by '" + image.owner + "'");
  require_policy(request, image);
  require_visibility(request, image);
  deps.db.write([&](WriteTx& tx) {
    require_quota(tx, deps, request.who().project_id, "image_count_total", 1);
    store::images::insert(tx, image);
  });
  Response response = image_response(201, image);
  response.headers.emplace_back("Location", request.base_url + "/image/v2/images/" + image.id);
  std::string methods;
  for (const auto& method : deps.settings.import_methods) join(methods, method);
  if (!methods.empty()) response.headers.emplace_back("OpenStack-image-import-methods", methods);
  std::string stores;
  for (const auto& store : deps.stores.configs()) join(stores, store.id);
  response.headers.emplace_back("OpenStack-image-store-ids", stores);
  return response;
}

/// The part of a Content-Type before its parameters.
std::string_view media_type(const Request& request) {
  std::string_view type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type;
}

Response update(ImageDeps& deps, const Request& request) {
  const std::string_view type = media_type(request);
  if (type != kPatch20 && type != kPatch21) {
    Response refusal = error_page(415,
                                  "The server does not support the media type transmitted in the "
                                  "request body.");
    refusal.headers.emplace_back("Accept-Patch",
                                 std::string(kPatch20) + ", " + std::string(kPatch21));
    return refusal;
  }
  const auto changes =
      parse_patch(body_of(request), type == kPatch20 ? PatchForm::v2_0 : PatchForm::v2_1);
  const TimeUs now = deps.clock.now_us();
  const model::Image image = deps.db.write([&](WriteTx& tx) {
    model::Image changed = get_image_for_policy(tx, request);
    apply_patch(changed, changes, [&](const std::string& name, const model::Image& wanted) {
      if (name == "visibility") require_visibility(request, wanted);
      if (name == "owner" && !request.who().is_admin())
        throw Error(ErrorKind::forbidden, "Owner can't be updated by non admin.");
    });
    if (changes.empty()) return changed;
    changed.updated_us = now;
    store::images::update(tx, changed);
    return changed;
  });
  return image_response(200, image);
}

Response remove(ImageDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    model::Image image;
    try {
      image = get_image_for_policy(tx, request);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::not_found) throw;
      throw Error(ErrorKind::not_found,
                  "Failed to find image " + request.param("id") + " to delete");
    }
    if (image.is_protected)
      throw Error(ErrorKind::forbidden,
                  "Image " + image.id + " is protected and cannot be deleted.");
    store::image_cache::unqueue(tx, image.id);  // or hosts would go on fetching it
    store::images::erase(tx, image.id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_image_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/image/v2/images/{id}", "get_image", bind(show));
  r.post("/image/v2/images", "add_image", bind(create));
  r.patch("/image/v2/images/{id}", "modify_image", bind(update));
  r.del("/image/v2/images/{id}", "delete_image", bind(remove));
}

}  // namespace virga::image
