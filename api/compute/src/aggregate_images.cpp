// SPDX-License-Identifier: Apache-2.0
// Images that the hosts of an aggregate are to fetch ahead.
#include <set>

#include "api/compute/src/checks.h"
#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/random.h"
#include "db/store/aggregates.h"
#include "db/store/image_cache.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::WriteTx;

/// Hosts fetch the images ahead. Those that are not there are nobody's fault: it is a hint.
Response cache_images(ComputeDeps& deps, const Request& request) {
  const std::int64_t number = number_id(request.param("id"));
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  const Fields in(body.get_object(), "body");
  in.only({"cache"});
  std::set<std::string> images;
  const json::array& wanted = in.array("cache");
  for (const auto& value : wanted) {
    if (!value.is_object())
      throw Error(ErrorKind::invalid, "Invalid input for field/attribute cache.");
    const Fields image(value.get_object(), "cache");
    image.only({"id"});
    const std::string id = image.string("id");
    if (!is_uuid_like(id))
      throw Error(ErrorKind::invalid, "Invalid input for field/attribute id. Value: " + id + ". '" +
                                          id + "' is not a 'uuid'");
    images.insert(id);
  }
  if (wanted.empty())
    throw Error(ErrorKind::invalid,
                "Invalid input for field/attribute cache. Value: []. [] is too short");
  if (images.size() != wanted.size())
    throw Error(ErrorKind::invalid, "Duplicate images in request");
  const TimeUs now = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    const auto a = store::aggregates::find(tx, number);
    if (!a)
      throw Error(ErrorKind::not_found,
                  "Aggregate " + std::to_string(number) + " could not be found.");
    for (const auto& id : images) store::image_cache::queue_on_aggregate(tx, id, number, now);
  });
  return http::empty_response(202);
}

}  // namespace

void add_aggregate_image_routes(http::Router& r, ComputeDeps& deps) {
  r.post("/compute/v2.1/os-aggregates/{id}/images", "compute:aggregates:images",
         http::binder(deps)(cache_images), http::since({2, 81}));
}

}  // namespace virga::compute
