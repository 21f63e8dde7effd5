// SPDX-License-Identifier: Apache-2.0
// The agent's side of the stream: takes desired state, sends reports, answers questions, and comes
// back whenever it was cut.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/http/client.h"
#include "compute-agent/link/console_relays.h"
#include "db/model/host_state.h"

namespace virga::agent {

/// What the link does with what arrives. The functions are called from its threads.
struct LinkHandlers {
  std::function<void(model::DesiredHost)> desired;
  std::function<model::ObservedHost()> observe;
  /// The end of an instance's console log.
  std::function<std::string(const std::string& instance_id, std::size_t max_bytes)> read_console;
  /// Opens a console and returns at once; a failure is told to the function.
  std::function<void(const ConsoleCall&, std::function<void(const std::string& why)>)> open_console;
};

class ControlPlaneLink {
 public:
  ControlPlaneLink(http::Peer peer, LinkHandlers handlers);
  ~ControlPlaneLink();

  /// Starts the threads. stop() ends them.
  void start();
  void stop();
  /// Something changed: a report goes out soon. Without changes one goes every 10 s. Thread-safe.
  void report_soon();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::agent
