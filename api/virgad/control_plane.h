// SPDX-License-Identifier: Apache-2.0
// All parts of the control plane but its sockets: database, stores, policies, services and their
// routes. Tests and `virgad routes` make one, too.
#pragma once

#include <memory>

#include "api/http/router.h"
#include "api/virgad/config.h"
#include "api/virgad/status_routes.h"
#include "common/clock.h"
#include "db/store/database.h"

namespace virga::virgad {

class ControlPlane {
 public:
  /// Makes what is missing in the state directory; changes no row but the setting that tells which
  /// sealing key is in use. Nothing is worked on before start(). `clock` must outlive it.
  /// @throws Error when a part cannot be made, e.g. when a route has no policy
  ControlPlane(const Config& config, const Clock& clock);
  ~ControlPlane();

  /// What clients ask.
  const http::Router& api() const;
  /// What hosts ask, on the agent link.
  const http::Router& agents() const;
  store::Database& database();
  /// What "/metrics" shows; to be completed before a server uses the routes.
  StatusDeps& status();

  /// Brings the rows that this cloud needs up to date, then starts the work that no request does.
  void start();
  /// Ends the streams of hosts.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::virgad
