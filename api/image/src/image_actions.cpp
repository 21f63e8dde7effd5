// SPDX-License-Identifier: Apache-2.0
// Small changes of one image: deactivate, reactivate, tags, and its bytes in one store.
#include <algorithm>

#include "api/http/bind.h"
#include "api/image/src/image_access.h"
#include "api/image/src/image_fields.h"
#include "api/image/src/routes.h"
#include "common/error.h"
#include "db/store/image_cache.h"
#include "db/store/images.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using model::ImageStatus;
using store::WriteTx;

Response turn(ImageDeps& deps, const Request& request, ImageStatus from, ImageStatus to) {
  deps.db.write([&](WriteTx& tx) {
    const model::Image image = get_image_for_policy(tx, request);
    if (image.status == to) return;
    const std::string verb = to == ImageStatus::active ? "reactivate" : "deactivate";
    if (image.status != from ||
        !store::images::advance(tx, image.id, from, to, deps.clock.now_us()))
      throw Error(ErrorKind::forbidden,
                  "Not allowed to " + verb + " image in status '" + name_of(image.status) + "'");
    if (store::image_cache::is_queued(tx, image.id)) store::image_cache::notify_hosts(tx);
  });
  return http::empty_response(204);
}

Response deactivate(ImageDeps& deps, const Request& request) {
  return turn(deps, request, ImageStatus::active, ImageStatus::deactivated);
}

Response reactivate(ImageDeps& deps, const Request& request) {
  return turn(deps, request, ImageStatus::deactivated, ImageStatus::active);
}

model::Image get_tagged(WriteTx& tx, const Request& request) {
  try {
    return get_image_for_policy(tx, request);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::not_found) throw;
    throw Error(ErrorKind::not_found, "Image " + request.param("id") + " not found.");
  }
}

Response add_tag(ImageDeps& deps, const Request& request) {
  const std::string& tag = request.param("tag");
  if (tag.size() > 255) refuse_schema("'" + tag + "' is too long");
  deps.db.write([&](WriteTx& tx) {
    model::Image image = get_tagged(tx, request);
    const auto at = std::lower_bound(image.tags.begin(), image.tags.end(), tag);
    if (at != image.tags.end() && *at == tag) return;
    image.tags.insert(at, tag);
    require_within_quotas(image);
    image.updated_us = deps.clock.now_us();
    store::images::update(tx, image);
  });
  return http::empty_response(204);
}

Response remove_tag(ImageDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    model::Image image = get_tagged(tx, request);
    if (std::erase(image.tags, request.param("tag")) == 0)
      throw Error(ErrorKind::not_found, "The resource could not be found.");
    image.updated_us = deps.clock.now_us();
    store::images::update(tx, image);
  });
  return http::empty_response(204);
}

/// DELETE /v2/stores/{store}/{id}
Response remove_from_store(ImageDeps& deps, const Request& request) {
  const std::string& store_id = request.param("store");
  if (!deps.stores.has(store_id))
    throw Error(ErrorKind::conflict,
                "The selected store " + store_id + " is not available on this node.");
  deps.db.write([&](WriteTx& tx) {
    model::Image image;
    try {
      image = get_image_for_policy(tx, request);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::not_found) throw;
      throw Error(ErrorKind::not_found, "Failed to find image " + request.param("id"));
    }
    if (image.status != ImageStatus::active)
      throw Error(ErrorKind::conflict,
                  "It's not allowed to remove image data from store if image status is not "
                  "'active'");
    const bool there =
        std::find(image.stores.begin(), image.stores.end(), store_id) != image.stores.end();
    if (there && image.stores.size() == 1)
      throw Error(ErrorKind::forbidden,
                  "Cannot delete image data from the only store containing it. Consider deleting "
                  "the image instead.");
    if (!there)
      throw Error(ErrorKind::not_found,
                  "Image " + image.id + " is not stored in store " + store_id + ".");
    store::images::remove_location(tx, image.id, store_id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_image_action_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  r.post("/image/v2/images/{id}/actions/deactivate", "deactivate", bind(deactivate));
  r.post("/image/v2/images/{id}/actions/reactivate", "reactivate", bind(reactivate));
  r.put("/image/v2/images/{id}/tags/{tag}", "modify_image", bind(add_tag));
  r.del("/image/v2/images/{id}/tags/{tag}", "modify_image", bind(remove_tag));
  r.del("/image/v2/stores/{store}/{id}", "delete_image_location", bind(remove_from_store));
}

}  // namespace virga::image
