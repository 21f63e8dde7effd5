// SPDX-License-Identifier: Apache-2.0
#include "db/model/image.h"

#include "common/error.h"

namespace virga::model {

const char* name_of(ImageStatus status) noexcept {
  switch (status) {
    case ImageStatus::queued:
      return "queued";
    case ImageStatus::saving:
      return "saving";
    case ImageStatus::uploading:
      return "uploading";
    case ImageStatus::importing:
      return "importing";
    case ImageStatus::active:
      return "active";
    case ImageStatus::deactivated:
      return "deactivated";
    case ImageStatus::killed:
      return "killed";
  }
  return "queued";
}

const char* name_of(ImageVisibility visibility) noexcept {
  switch (visibility) {
    case ImageVisibility::private_:
      return "private";
    case ImageVisibility::shared:
      return "shared";
    case ImageVisibility::community:
      return "community";
    case ImageVisibility::public_:
      return "public";
  }
  return "private";
}

ImageStatus image_status_named(const std::string& name) {
  for (const auto status :
       {ImageStatus::queued, ImageStatus::saving, ImageStatus::uploading, ImageStatus::importing,
        ImageStatus::active, ImageStatus::deactivated, ImageStatus::killed})
    if (name == name_of(status)) return status;
  throw Error(ErrorKind::invalid, "'" + name + "' is not an image status.");
}

ImageVisibility image_visibility_named(const std::string& name) {
  for (const auto visibility : {ImageVisibility::private_, ImageVisibility::shared,
                                ImageVisibility::community, ImageVisibility::public_})
    if (name == name_of(visibility)) return visibility;
  throw Error(ErrorKind::invalid, "'" + name + "' is not an image visibility.");
}

std::string why_unbootable(const Image& image) {
  if (image.status != ImageStatus::active) return "Image " + image.id + " is not active.";
  const std::string unacceptable = "Image " + image.id + " is unacceptable: ";
  if (image.disk_format != "qcow2" && image.disk_format != "raw")
    return unacceptable + "disk format '" + image.disk_format + "' cannot boot.";
  if (!image.unbootable.empty()) return unacceptable + image.unbootable;
  return {};
}

}  // namespace virga::model
