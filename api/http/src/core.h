// SPDX-License-Identifier: Apache-2.0
// What the connections of one server share. Private to api/http.
#pragma once

#include <atomic>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/http/server.h"
#include "api/http/src/deadlines.h"
#include "api/http/src/tally.h"

namespace virga::http {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

struct Core {
  ServerSettings settings;
  const Router& router;
  Observer* observer;
  std::string own_address;  // "127.0.0.1:8774"
  std::optional<asio::ssl::context> tls;
  Tally peers;    // connections of an address
  Tally callers;  // requests of a project or an address that are on the pool
  asio::thread_pool pool;
  std::atomic<int> connections{0};
  std::atomic<int> queued{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> overloaded{0};
  std::atomic<std::uint64_t> too_many{0};

  Core(ServerSettings s, const Router& r, Observer* o);
};

/// What is known of a connection before its first request.
struct ConnectionFacts {
  std::string peer;
  std::string certificate_sha256;
  bool tls = false;
  bool reserve = false;  ///< there are too many already: only Lane::control is answered
};

/// Adds one to a count for as long as it lives.
class Counted {
 public:
  explicit Counted(std::atomic<int>& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<int>& count_;
};

/// Runs `blocking` on the pool and resumes on the caller's executor; exceptions travel too.
template <class F>
asio::awaitable<std::invoke_result_t<F>> on_pool(Core& core, F blocking) {
  std::optional<std::invoke_result_t<F>> result;
  std::exception_ptr failure;
  const Counted counted(core.queued);
  auto start = [&](auto handler) {
    asio::post(core.pool, [&, done = std::move(handler)]() mutable {
      try {
        result.emplace(blocking());
      } catch (...) {
        failure = std::current_exception();
      }
      const auto executor = asio::get_associated_executor(done);
      asio::post(executor, std::move(done));
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
  if (failure) std::rethrow_exception(failure);
  co_return std::move(*result);
}

/// Serves one accepted connection to its end. Never throws.
asio::awaitable<void> serve_connection(Core& core, Deadlines& deadlines, Tcp::socket socket,
                                       ConnectionFacts facts, Tally::Entry entry);

/// A server-side TLS context.  @throws Error{unavailable} when a file is missing or broken
asio::ssl::context server_tls(const TlsSettings& settings);
/// SHA-256 of a DER certificate of the peer of `ssl`, or "" when it showed none.
std::string peer_certificate_sha256(void* ssl);

}  // namespace virga::http
