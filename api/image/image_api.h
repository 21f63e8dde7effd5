// SPDX-License-Identifier: Apache-2.0
// Image API v2: routes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/http/router.h"
#include "api/image/image_quota.h"
#include "common/clock.h"
#include "db/store/database.h"
#include "image-service/store_set.h"

namespace virga::image {

struct ImageSettings {
  std::int64_t max_image_bytes = std::int64_t{1} << 40;
  std::string hash_algorithm = "sha256";  ///< of os_hash_value: "sha256" or "sha512"
  bool md5_checksum = false;              ///< also when the client does not ask for it
  /// Ways to import, as /v2/info/import tells them.
  std::vector<std::string> import_methods = {"glance-direct", "copy-image", "glance-download"};
  std::string region = "RegionOne";
  /// Whether an image may be fetched from there; nothing is unless it is configured.
  std::function<bool(const std::string& uri)> is_uri_allowed = [](const std::string&) {
    return false;
  };
};

/// What the Image handlers need. Outlives the server.
struct ImageDeps {
  store::Database& db;
  const Clock& clock;
  images::StoreSet& stores;
  const ImageQuota& quota;
  ImageSettings settings = {};
  std::function<void()> wake_importer = [] {};  ///< called after a task was recorded
};

void add_routes(http::Router& router, ImageDeps& deps);

}  // namespace virga::image
