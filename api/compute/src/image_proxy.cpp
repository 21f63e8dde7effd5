// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/image_proxy.h"

#include "common/error.h"
#include "db/store/image_lists.h"
#include "db/store/images.h"

namespace virga::compute {
namespace {

/// What the Image API's policies may ask about an image.
http::Target facts_of(const http::Request& request, const model::Image& image) {
  const bool shared =
      image.visibility == model::ImageVisibility::shared && image.owner != request.who().project_id;
  return {{"project_id", image.owner},
          {"owner", image.owner},
          {"visibility", name_of(image.visibility)},
          {"member_id", shared ? request.who().project_id : ""}};
}

}  // namespace

model::Image get_image(store::ReadTx& tx, const http::Request& request, const char* refusal) {
  const std::string& id = request.param("id");
  auto image = request.who().is_admin()
                   ? store::images::find(tx, id)
                   : store::images::find_visible(tx, id, request.who().project_id);
  if (!image) throw Error(ErrorKind::not_found, "Image not found.");
  request.settled = true;
  if (!request.allows(request.policy, facts_of(request, *image)))
    throw Error(ErrorKind::forbidden, refusal);
  return std::move(*image);
}

bool is_reserved_property(std::string_view name) {
  return name.starts_with("os_glance_");
}

}  // namespace virga::compute
