// SPDX-License-Identifier: Apache-2.0
// An HTTP and WebSocket client over TLS, for the agent's side of the link.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/router.h"

namespace virga::http {

/// A server and how to trust it.
struct Peer {
  std::string host;
  std::uint16_t port = 0;
  std::string ca;           ///< PEM text of the only authority trusted
  std::string ca_sha256;    ///< instead of `ca`: digest of the authority's certificate (DER), for
                            ///< the first contact
  std::string certificate;  ///< PEM text shown to the server; empty: none
  std::string private_key;  ///< PEM text
};

struct Answer {
  int status = 0;
  std::string body;
};

/// One request; the body of the answer is kept up to 1 MiB.
/// @param limit for the whole exchange
/// @throws Error{unavailable} when the server cannot be reached or is not whom we trust
Answer fetch(const Peer& peer, std::string_view method, const std::string& target,
             const std::string& body, std::chrono::seconds limit);

/// GET into a sink, piece by piece.
/// @param stall longest time between two pieces
/// @return the status; the sink is called only for 200
/// @throws Error{unavailable} when the connection failed or ended too early
int download(const Peer& peer, const std::string& target,
             const std::function<void(std::string_view)>& sink, std::chrono::seconds stall);

/// A body that is sent piece by piece.
struct OutgoingBody {
  std::int64_t size = 0;
  /// Fills up to `most` bytes; fewer only at the end. What it throws ends the exchange.
  std::function<std::size_t(char* into, std::size_t most)> read;
};

/// PUT of bytes; the body of the answer is kept up to 1 MiB.
/// @param stall longest time between two pieces
/// @param answer_limit longest time from the last piece to the answer
/// @throws Error{unavailable} when the connection failed
Answer upload(const Peer& peer, const std::string& target, const OutgoingBody& body,
              std::chrono::seconds stall, std::chrono::seconds answer_limit);

/// Opens a WebSocket and serves it until it closes or `stop` becomes true (looked at each 200 ms).
/// @throws Error{unavailable} when it cannot be opened
void run_websocket(const Peer& peer, const std::string& target, WebSocketSession& session,
                   const std::atomic<bool>& stop);

}  // namespace virga::http
