// SPDX-License-Identifier: Apache-2.0
// All consoles that are open or being opened. Private to api/console-proxy.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/console-proxy/console_proxy.h"
#include "api/console-proxy/src/relay.h"
#include "db/model/console.h"
#include "db/model/instance.h"

namespace virga::console_proxy {

/// One console and whose it is.
struct OpenConsole {
  std::string session_id;  ///< one-time secret by which the host's connection is known
  std::string host_id;
  std::string project_id;     ///< of the instance
  model::ConsoleToken token;  ///< by which it was opened
  std::shared_ptr<Relay> relay = std::make_shared<Relay>();
  bool joined = false;  ///< the host has connected
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
};

/// Thread-safe.
class OpenConsoles {
 public:
  explicit OpenConsoles(const ProxySettings& settings) : settings_(settings) {}

  /// @throws Error{conflict} when its instance or project has too many
  void add(const OpenConsole& console);
  /// For the host's connection, which may come once.
  /// @throws Error{not_found} when this host was not asked
  std::shared_ptr<Relay> join(const std::string& session_id, const std::string& host_id);
  void remove(const std::string& session_id) noexcept;
  /// Ends the one that a host could not open.
  void fail(const std::string& host_id, const std::string& session_id, const std::string& why);
  /// Ends those that may not go on.
  void end_unless(const std::function<bool(const OpenConsole&)>& may_go_on);
  std::size_t count() const;

 private:
  const ProxySettings& settings_;
  mutable std::mutex mutex_;  // guards consoles_
  std::map<std::string, OpenConsole> consoles_;
};

/// True while the one who opened a console may use it: the instance is there, and he is.
bool is_permitted(store::ReadTx& tx, const model::ConsoleToken& token,
                  const model::Instance& instance);

}  // namespace virga::console_proxy
