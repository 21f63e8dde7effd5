// SPDX-License-Identifier: Apache-2.0
// What no service of OpenStack has, under /virga/v1: why a server is where it is, what happens, and
// whether records equal reality. docs/virga-api.md has the forms.
#pragma once

#include "api/http/router.h"
#include "api/virga/event_feed.h"
#include "common/clock.h"
#include "db/store/database.h"
#include "image-service/store_set.h"

namespace virga::own {

/// What the handlers need. Outlives the server.
struct VirgaDeps {
  store::Database& db;
  const Clock& clock;
  images::StoreSet& images;
  EventFeed& events;
};

/// The service "/virga/v1" itself is added by Identity, whose error form it has.
void add_routes(http::Router& router, VirgaDeps& deps);

}  // namespace virga::own
