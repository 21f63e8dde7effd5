// SPDX-License-Identifier: Apache-2.0
// Network API v2.0: routes.
#pragma once

#include "api/http/router.h"
#include "common/clock.h"
#include "db/store/database.h"

namespace virga::network {

/// What the Network handlers need. Outlives the server.
struct NetworkDeps {
  store::Database& db;
  const Clock& clock;
};

void add_routes(http::Router& router, NetworkDeps& deps);

}  // namespace virga::network
