// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/image_access.h"

#include "common/error.h"
#include "db/store/image_lists.h"
#include "db/store/images.h"

namespace virga::image {
namespace {

constexpr std::int64_t kMib = 1 << 20;

http::Target facts_of(const http::Request& request, const model::Image& image) {
  const bool shared =
      image.visibility == model::ImageVisibility::shared && image.owner != request.who().project_id;
  // An image of another project is seen only by its members when it is shared.
  return {{"project_id", image.owner},
          {"owner", image.owner},
          {"visibility", name_of(image.visibility)},
          {"member_id", shared ? request.who().project_id : ""}};
}

}  // namespace

model::Image get_image(store::ReadTx& tx, const http::Request& request) {
  const std::string& id = request.param("id");
  auto image = request.who().is_admin()
                   ? store::images::find(tx, id)
                   : store::images::find_visible(tx, id, request.who().project_id);
  if (!image) throw Error(ErrorKind::not_found, "No image found with ID " + id);
  return std::move(*image);
}

void require_policy(const http::Request& request, std::string_view policy,
                    const model::Image& image) {
  request.settled = true;
  if (!request.allows(policy, facts_of(request, image)))
    throw Error(ErrorKind::forbidden,
                "You are not authorized to complete " + std::string(policy) + " action.");
}

void require_policy(const http::Request& request, const model::Image& image) {
  require_policy(request, request.policy, image);
}

model::Image get_image_for_policy(store::ReadTx& tx, const http::Request& request) {
  model::Image image = get_image(tx, request);
  require_policy(request, image);
  return image;
}

void require_quota(store::ReadTx& tx, const ImageDeps& deps, const std::string& project_id,
                   const std::string& resource, std::int64_t delta) {
  const auto limit = deps.quota.limit(tx, project_id, resource);
  if (!limit || *limit < 0) return;
  const auto usage = store::images::usage_of(tx, project_id);
  const std::int64_t used = resource == "image_size_total"    ? usage.stored_bytes / kMib
                            : resource == "image_stage_total" ? usage.staged_bytes / kMib
                            : resource == "image_count_total" ? usage.images
                                                              : usage.uploading;
  if (used + delta > *limit)
    throw Error(ErrorKind::too_large, "Project " + project_id + " is over a limit for [Resource " +
                                          resource + " is over limit of " + std::to_string(*limit) +
                                          " due to current usage " + std::to_string(used) +
                                          " and delta " + std::to_string(delta) + "]");
}

}  // namespace virga::image
