// SPDX-License-Identifier: Apache-2.0
// What the connections of one server share. Private to api/http.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/http/server.h"

namespace virga::http {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

struct Core {
  ServerSettings settings;
  const Router& router;
  std::optional<asio::ssl::context> tls;
  asio::thread_pool pool;
  std::atomic<int> connections{0};
  std::atomic<int> queued{0};

  Core(ServerSettings s, const Router& r);
};

/// What is known of a connection before its first request.
struct ConnectionFacts {
  std::string peer;
  std::string certificate_sha256;
  bool tls = false;
};

/// Runs `blocking` on the pool and resumes on the caller's executor; exceptions travel too.
template <class F>
asio::awaitable<std::invoke_result_t<F>> on_pool(Core& core, F blocking) {
  struct Count {
    std::atomic<int>& n;
    explicit Count(std::atomic<int>& c) : n(c) { ++n; }
    ~Count() { --n; }
  } count(core.queued);
  co_return co_await asio::co_spawn(
      core.pool,
      [&blocking]() -> asio::awaitable<std::invoke_result_t<F>> { co_return blocking(); },
      asio::use_awaitable);
}

/// Serves one accepted connection to its end. Never throws.
asio::awaitable<void> serve_plain(Core& core, Tcp::socket socket);
asio::awaitable<void> serve_tls(Core& core, Tcp::socket socket);

/// A server-side TLS context.  @throws Error{unavailable} when a file is missing or broken
asio::ssl::context server_tls(const TlsSettings& settings);
/// SHA-256 of a DER certificate of the peer of `ssl`, or "" when it showed none.
std::string peer_certificate_sha256(void* ssl);

}  // namespace virga::http
