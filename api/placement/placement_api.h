// SPDX-License-Identifier: Apache-2.0
// Placement API 1.0 to 1.39: routes.
#pragma once

#include "api/http/router.h"
#include "common/clock.h"
#include "db/store/database.h"

namespace virga::placement {

/// What the Placement handlers need. Outlives the server.
struct PlacementDeps {
  store::Database& db;
  const Clock& clock;
};

void add_routes(http::Router& router, PlacementDeps& deps);

}  // namespace virga::placement
