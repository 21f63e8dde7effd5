// SPDX-License-Identifier: Apache-2.0
// The host's ends of open consoles: each is a connection of its own to the control plane, which
// asked for it, with the bytes of a guest's screen or serial line.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/http/client.h"
#include "compute-agent/hypervisor.h"

namespace virga::agent {

/// A console that the control plane asks for.
struct ConsoleCall {
  std::string session_id;  ///< one-time secret that names the connection
  std::string instance_id;
  model::ConsoleKind kind = model::ConsoleKind::vnc;
  std::int64_t run_epoch = 0;  ///< only this run of the guest may be shown
};

/// Thread-safe.
class ConsoleRelays {
 public:
  ConsoleRelays(http::Peer peer, Hypervisor& hypervisor);
  ~ConsoleRelays();

  /// Opens one, on threads of its own, and returns at once.
  /// @param failed is told why when it cannot be opened, from another thread
  void open(const ConsoleCall& call, std::function<void(const std::string& why)> failed);

  /// Ends all of them; later ones are refused.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::agent
