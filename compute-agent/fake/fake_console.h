// SPDX-License-Identifier: Apache-2.0
// Consoles of guests that are not there.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "common/file.h"
#include "db/model/console.h"

namespace virga::agent {

/// Screens that speak RFB 3.8 as far as its handshake and show nothing, and serial lines that greet
/// and send back what they get. Thread-safe.
class FakeConsoles {
 public:
  ~FakeConsoles();

  /// The client's end of a new console; a serial line is taken from who had it before.
  UniqueFd open(const std::string& id, model::ConsoleKind kind);
  /// Ends all consoles of a guest.
  void end(const std::string& id);

 private:
  struct Console {
    std::string id;
    model::ConsoleKind kind = model::ConsoleKind::vnc;
    UniqueFd fd;
    std::thread thread;
    bool over = false;
  };

  void serve(Console& console);
  void end_if(const std::string& id, bool serial_only);
  void reap();

  std::mutex mutex_;  ///< guards all below
  std::list<Console> consoles_;
};

}  // namespace virga::agent
