// SPDX-License-Identifier: Apache-2.0
// Image API v2: routes.
#pragma once

#include "api/http/router.h"
#include "common/clock.h"
#include "db/store/database.h"
#include "image-service/image_store.h"

namespace virga::image {

/// What the Image handlers need. Outlives the server.
struct ImageDeps {
  store::Database& db;
  const Clock& clock;
  images::ImageStore& store;
  std::int64_t max_image_bytes = std::int64_t{1} << 40;
};

void add_routes(http::Router& router, ImageDeps& deps);

}  // namespace virga::image
