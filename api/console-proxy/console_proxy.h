// SPDX-License-Identifier: Apache-2.0
// Consoles of guests over WebSockets: a client shows a token, the guest's host connects from its
// side, and bytes go between the two.
#pragma once

#include <memory>

#include "api/agent-link/agent_link.h"
#include "api/console-proxy/proxy_settings.h"
#include "api/http/router.h"
#include "common/clock.h"
#include "db/store/database.h"

namespace virga::console_proxy {

/// Thread-safe.
class ConsoleProxy {
 public:
  /// Subscribes to the database: make it before the first write.
  ConsoleProxy(store::Database& db, const Clock& clock, agent_link::AgentLink& link,
               ProxySettings settings);
  ~ConsoleProxy();

  /// What clients open: WebSockets, and pages for browsers.
  void add_client_routes(http::Router& router);
  /// The same WebSocket for the route "/", where clients of noVNC look for it.
  http::WebSocketHandler websocket();
  /// Where hosts connect.
  void add_host_routes(http::Router& router);

  /// Consoles that are open or being opened.
  std::size_t count() const;
  /// Ends all consoles and the watching thread.
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace virga::console_proxy
