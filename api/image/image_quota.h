// SPDX-License-Identifier: Apache-2.0
// What a project may use of the image service.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "db/store/database.h"
#include "db/store/limits.h"

namespace virga::image {

/// The limits that administrators register with the Identity API for the service "image".
/// Thread-safe.
class ImageQuota {
 public:
  explicit ImageQuota(std::string region) : region_(std::move(region)) {}

  /// The limit of a resource ("image_size_total", "image_stage_total" in MiB; "image_count_total",
  /// "image_count_uploading"); nullopt: none is set.
  std::optional<std::int64_t> limit(store::ReadTx& tx, const std::string& project_id,
                                    const std::string& resource) const {
    const auto found = store::limits::effective_limit(tx, {"image", region_, resource, project_id});
    return found && *found >= 0 ? found : std::nullopt;
  }

 private:
  std::string region_;
};

}  // namespace virga::image
