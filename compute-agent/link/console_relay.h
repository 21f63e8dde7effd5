// SPDX-License-Identifier: Apache-2.0
// One open console on its host. Private to compute-agent/link.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "api/http/router.h"
#include "common/file.h"

namespace virga::agent {

/// Carries bytes between a console's socket and a WebSocket, a bounded number each way.
class ConsoleRelay final : public http::WebSocketSession {
 public:
  /// @param console a stream socket
  explicit ConsoleRelay(UniqueFd console);
  ~ConsoleRelay() override;

  std::size_t max_message() const override;
  void on_open(std::shared_ptr<http::WebSocketSender> sender) override;
  void on_message(std::string_view text) override { on_binary(text); }
  void on_binary(std::string_view bytes) override;
  void on_sent() noexcept override;
  void on_close() noexcept override;

 private:
  void pump();
  bool read_console();
  bool write_console();
  short wanted_events();
  void wake() noexcept;

  UniqueFd console_;
  UniqueFd wake_;  ///< an eventfd: something changed for the pump
  std::shared_ptr<http::WebSocketSender> sender_;
  std::thread pump_;
  std::atomic<bool> over_ = false;
  std::mutex mutex_;      ///< guards what follows
  std::string to_guest_;  ///< not written yet
};

}  // namespace virga::agent
