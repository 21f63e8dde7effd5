// SPDX-License-Identifier: Apache-2.0
// What the cloud says about itself: its services, whether it is ready, and its figures.
#pragma once

#include <functional>
#include <string>

#include "api/http/figures.h"
#include "api/http/server.h"
#include "db/store/database.h"

namespace virga::virgad {

struct StatusDeps {
  store::Database& db;
  bool local_figures = true;  ///< /metrics is open to this machine's own addresses
  std::string figures_token;  ///< and to who sends this as a bearer token; empty: to nobody else
  const http::RequestFigures* requests = nullptr;  ///< set before the server starts
  std::function<http::ServerFigures()> server;     ///< likewise
  http::WebSocketHandler websocket = {};  ///< what "/" is for who asks for one there: consoles
};

/// "/", "/healthz" and "/metrics". The dependencies outlive the server.
void add_status_routes(http::Router& router, StatusDeps& deps);

}  // namespace virga::virgad
