// SPDX-License-Identifier: Apache-2.0
// The HTTP server. The only other code that knows Beast is the client.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "api/http/observer.h"
#include "api/http/router.h"

namespace virga::http {

/// Files of a TLS listener; all empty: plain HTTP.
struct TlsSettings {
  std::string certificate;  ///< PEM chain
  std::string private_key;  ///< PEM
  std::string client_ca;    ///< PEM; when set, client certificates are asked for and verified
};

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8774;
  std::string public_url;  ///< for links; empty: from the request's Host header
  TlsSettings tls;
  int io_threads = 2;
  int pool_threads = 16;
  std::uint32_t max_header = 16 * 1024;          ///< bytes of request line and headers
  std::uint64_t max_body = 1024 * 1024;          ///< bytes of a body that is not streamed
  std::uint64_t max_message = 64 * 1024 * 1024;  ///< bytes of a WebSocket message
  int max_connections = 16'384;
  int max_connections_per_peer = 12'288;
  /// Requests of one project (without a token: of one peer) that use a pool thread or wait for one;
  /// more are answered 429.
  int max_concurrent = 512;
  int max_queued = 2'048;  ///< requests that wait for a pool thread; more are answered 503
  std::chrono::seconds header_limit{20};  ///< from the first byte to the end of the headers
  std::chrono::seconds idle_limit{75};    ///< between requests
  std::chrono::seconds stall_limit{60};   ///< between two pieces of a body
  std::chrono::seconds body_grace{10};    ///< of a body, before its rate is looked at
  std::uint32_t min_body_rate = 1024;     ///< bytes per second of a body after that
};

/// What a server is busy with.
struct ServerFigures {
  int connections = 0;
  int queued = 0;                ///< requests that use a pool thread or wait for one
  std::uint64_t refused = 0;     ///< connections that were closed at once, since the start
  std::uint64_t overloaded = 0;  ///< requests that were answered 503 for want of room
  std::uint64_t too_many = 0;    ///< requests that were answered 429
  std::uint64_t cut = 0;         ///< connections that passed a time limit in a request
};

class Server {
 public:
  /// Binds and listens.
  /// @param observer is told about each answer; outlives the server
  /// @throws Error{unavailable} when the address is taken or a TLS file is broken
  Server(ServerSettings settings, const Router& router, Observer* observer = nullptr);
  ~Server();

  /// Starts the threads. stop() ends them; the destructor calls it.
  void start();
  void stop();
  std::uint16_t port() const;
  /// Thread-safe.
  ServerFigures figures() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::http
