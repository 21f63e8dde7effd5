// SPDX-License-Identifier: Apache-2.0
// The image cache: the base images that the hosts hold. Handlers record what is wanted; the hosts'
// agents fetch and drop.
#include <algorithm>
#include <cctype>

#include "api/http/bind.h"
#include "api/image/src/image_access.h"
#include "api/image/src/routes.h"
#include "common/error.h"
#include "common/json_writer.h"
#include "db/store/image_cache.h"

namespace virga::image {
namespace {

namespace cache = store::image_cache;
using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

/// Seconds since 1970 with their fraction, as a JSON number.
std::string seconds(TimeUs time_us) {
  const std::string digits = std::to_string(time_us % kSecondUs);
  return std::to_string(time_us / kSecondUs) + "." + std::string(6 - digits.size(), '0') + digits;
}

void write_cached(JsonWriter& out, const cache::CachedImage& image) {
  out.begin_object();
  out.member("image_id", image.image_id);
  out.member("hits", image.hits);
  out.key("last_accessed");
  out.raw(seconds(image.used_us));
  out.key("last_modified");
  out.raw(seconds(image.made_us));
  out.member("size", image.size);
  out.end_object();
}

/// GET /v2/cache
Response show(ImageDeps& deps, const Request&) {
  const TimeUs now = deps.clock.now_us();
  return deps.db.read([&](ReadTx& tx) {
    JsonWriter out;
    out.begin_object();
    out.key("cached_images");
    out.begin_array();
    for (const auto& image : cache::list_cached(tx, now)) write_cached(out, image);
    out.end_array();
    out.key("queued_images");
    out.begin_array();
    for (const auto& id : cache::list_queued(tx, now)) out.value(id);
    out.end_array();
    out.end_object();
    Response response;
    response.body = out.take();
    return response;
  });
}

model::Image get_cacheable(WriteTx& tx, const Request& request) {
  try {
    return get_image_for_policy(tx, request);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::not_found) throw;
    throw Error(ErrorKind::not_found, "Image " + request.param("id") + " not found.");
  }
}

/// PUT /v2/cache/{id}
Response queue(ImageDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const model::Image image = get_cacheable(tx, request);
    if (image.status != model::ImageStatus::active)
      throw Error(ErrorKind::invalid,
                  "Only images with status active can be targeted for queueing");
    if (!model::is_base_format(image.disk_format))
      throw Error(ErrorKind::invalid,
                  "Hosts cache only images of the formats qcow2 and raw: image " + image.id +
                      " is of the format " + image.disk_format);
    cache::queue(tx, image.id, deps.clock.now_us());
  });
  return http::empty_response(202);
}

/// DELETE /v2/cache/{id}
Response remove(ImageDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { cache::drop(tx, get_cacheable(tx, request)); });
  return http::empty_response(204);
}

/// DELETE /v2/cache
Response clear(ImageDeps& deps, const Request& request) {
  std::string target(request.header("x-image-cache-clear-target"));
  std::transform(target.begin(), target.end(), target.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!target.empty() && target != "cache" && target != "queue")
    throw Error(
        ErrorKind::invalid,
        "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or empty string.");
  deps.db.write([&](WriteTx& tx) {
    if (target != "cache") cache::clear_queue(tx);
    if (target != "queue") cache::drop_all(tx, deps.clock.now_us());
  });
  return http::empty_response(204);
}

}  // namespace

void add_image_cache_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/image/v2/cache", "cache_list", bind(show));
  r.del("/image/v2/cache", "cache_delete", bind(clear));
  r.put("/image/v2/cache/{id}", "cache_image", bind(queue));
  r.del("/image/v2/cache/{id}", "cache_delete", bind(remove));
}

}  // namespace virga::image
