// SPDX-License-Identifier: Apache-2.0
// The two ends of one console. Private to api/console-proxy.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string_view>

#include "api/http/router.h"

namespace virga::console_proxy {

enum class Side { client, host };

/// Hands what one side sends to the other. When that does not keep up, the sender is not read
/// until it does: each way holds a bounded number of bytes. Thread-safe.
class Relay {
 public:
  /// A side is there. It is not read before the other is there, too.
  void opened(Side side, std::shared_ptr<http::WebSocketSender> sender);
  void carry(Side from, std::string_view bytes);
  /// A message to that side was sent.
  void sent(Side side) noexcept;
  /// A side has gone: the other gets what is on its way, and ends.
  void closed(Side side) noexcept;
  /// Ends both sides at once.
  void end() noexcept;

 private:
  using Sender = std::shared_ptr<http::WebSocketSender>;

  Sender sender(Side side);

  std::mutex mutex_;  // guards what follows; never held while a sender is used
  std::array<Sender, 2> senders_;
  bool over_ = false;
};

}  // namespace virga::console_proxy
