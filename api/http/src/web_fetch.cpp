// SPDX-License-Identifier: Apache-2.0
#include "api/http/web_fetch.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <optional>

#include "common/error.h"
#include "common/log.h"

namespace virga::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kPiece = 256 * 1024;
constexpr int kMostRedirects = 5;
constexpr auto kAskEvery = std::chrono::milliseconds(200);

/// Why a fetch failed: for the log only.
struct Failed {
  std::string why;
};

struct Place {
  std::string scheme;
  std::string host;
  std::int64_t port = 0;
  std::string target;
};

std::optional<Place> place_of(const std::string& uri) {
  const auto parsed = boost::urls::parse_uri(uri);
  if (!parsed || parsed->has_userinfo() || parsed->host().empty()) return std::nullopt;
  const auto scheme = parsed->scheme();
  const auto target = parsed->encoded_target();
  Place place{{scheme.data(), scheme.size()}, parsed->host(), 0, {target.data(), target.size()}};
  if (place.scheme != "http" && place.scheme != "https") return std::nullopt;
  place.port = place.scheme == "https" ? 443 : 80;
  if (parsed->has_port()) place.port = parsed->port_number();
  if (place.target.empty() || place.target.front() != '/') place.target.insert(0, "/");
  return place;
}

bool is_private_v4(const asio::ip::address_v4& address) {
  const auto bytes = address.to_bytes();
  const int a = bytes[0];
  const int b = bytes[1];
  return a == 0 || a == 10 || a == 127 || a >= 224 || (a == 169 && b == 254) ||
         (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) || (a == 192 && b == 0) ||
         (a == 100 && b >= 64 && b < 128) || (a == 198 && (b == 18 || b == 19));
}

bool is_private(const asio::ip::address& address) {
  if (address.is_v4()) return is_private_v4(address.to_v4());
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return is_private_v4(asio::ip::make_address_v4(asio::ip::v4_mapped, v6));
  const auto bytes = v6.to_bytes();
  // Only 2000::/3 is the Internet; 2001::/23 and 2002::/16 tunnel to other addresses.
  return (bytes[0] & 0xe0U) != 0x20U || (bytes[0] == 0x20 && bytes[1] == 0x02) ||
         (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2);
}

class Fetcher {
 public:
  Fetcher(const WebRules& rules, const std::function<void(std::string_view)>& sink)
      : rules_(rules), sink_(sink), end_(Clock::now() + rules.deadline) {}

  asio::awaitable<void> run(std::string uri) {
    for (int hop = 0; hop <= kMostRedirects; ++hop) {
      const auto place = place_of(uri);
      if (!place || !is_allowed(uri, rules_)) throw Failed{"not allowed"};
      uri = co_await fetch(*place);
      if (uri.empty()) co_return;
    }
    throw Failed{"too many redirects"};
  }

 private:
  Clock::time_point next_limit() const { return std::min(end_, Clock::now() + rules_.stall); }

  asio::awaitable<Tcp::endpoint> resolve(const Place& place) {
    Tcp::resolver resolver(co_await asio::this_coro::executor);
    auto [failure, found] =
        co_await resolver.async_resolve(place.host, std::to_string(place.port), kTuple);
    if (failure || found.empty()) throw Failed{"not resolved"};
    for (const auto& entry : found)
      if (!rules_.private_addresses && is_private(entry.endpoint().address()))
        throw Failed{"private address"};
    co_return found.begin()->endpoint();
  }

  asio::awaitable<std::string> fetch(const Place& place) {
    const Tcp::endpoint endpoint = co_await resolve(place);
    const auto executor = co_await asio::this_coro::executor;
    if (place.scheme == "http") {
      beast::tcp_stream stream(executor);
      co_await connect(stream, endpoint);
      co_return co_await exchange(stream, place);
    }
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.set_default_verify_paths();
    context.set_verify_mode(asio::ssl::verify_peer);
    beast::ssl_stream<beast::tcp_stream> stream(executor, context);
    stream.set_verify_callback(asio::ssl::host_name_verification(place.host));
    SSL_set_tlsext_host_name(stream.native_handle(), place.host.c_str());
    co_await connect(beast::get_lowest_layer(stream), endpoint);
    auto [untrusted] = co_await stream.async_handshake(asio::ssl::stream_base::client, kTuple);
    if (untrusted) throw Failed{untrusted.message()};
    co_return co_await exchange(stream, place);
  }

  asio::awaitable<void> connect(beast::tcp_stream& stream, const Tcp::endpoint& endpoint) {
    stream.expires_at(next_limit());
    auto [refused] = co_await stream.async_connect(endpoint, kTuple);
    if (refused) throw Failed{refused.message()};
  }

  /// @return where to go on; empty: the body was taken
  template <class Stream>
  asio::awaitable<std::string> exchange(Stream& stream, const Place& place) {
    bhttp::request<bhttp::empty_body> request(bhttp::verb::get, place.target, 11);
    request.set(bhttp::field::host, place.host + ":" + std::to_string(place.port));
    request.keep_alive(false);
    auto [unsent, sent] = co_await bhttp::async_write(stream, request, kTuple);
    if (unsent) throw Failed{unsent.message()};
    beast::flat_buffer buffer;
    bhttp::response_parser<bhttp::buffer_body> parser;
    parser.body_limit(static_cast<std::uint64_t>(rules_.most_bytes));
    auto [unread, head] = co_await bhttp::async_read_header(stream, buffer, parser, kTuple);
    if (unread) throw Failed{unread.message()};
    const auto status = parser.get().result_int();
    if (status >= 301 && status <= 308 && status != 304) {
      const auto location = parser.get()[bhttp::field::location];
      if (location.empty()) throw Failed{"a redirect to nowhere"};
      co_return std::string(location.data(), location.size());
    }
    if (status != 200) throw Failed{"status " + std::to_string(status)};
    std::string piece(kPiece, '\0');
    while (!parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      beast::get_lowest_layer(stream).expires_at(next_limit());
      auto [failure, n] = co_await bhttp::async_read(stream, buffer, parser, kTuple);
      if (failure && failure != bhttp::error::need_buffer) throw Failed{failure.message()};
      sink_({piece.data(), piece.size() - parser.get().body().size});
    }
    co_return std::string();
  }

  const WebRules& rules_;
  const std::function<void(std::string_view)>& sink_;
  Clock::time_point end_;
};

template <class T>
bool contains(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

bool is_allowed(const std::string& uri, const WebRules& rules) {
  const auto place = place_of(uri);
  return place && contains(rules.schemes, place->scheme) && contains(rules.ports, place->port) &&
         (rules.hosts.empty() || contains(rules.hosts, place->host));
}

bool is_private_address(const std::string& address) {
  boost::system::error_code failure;
  const auto parsed = asio::ip::make_address(address, failure);
  return failure || is_private(parsed);
}

void fetch_web(const std::string& uri, const WebRules& rules,
               const std::function<void(std::string_view)>& sink,
               const std::function<bool()>& is_given_up) {
  try {
    std::exception_ptr failure;
    Fetcher fetcher(rules, sink);
    asio::io_context io(1);
    asio::co_spawn(io, fetcher.run(uri), [&](std::exception_ptr e) { failure = e; });
    while (!io.stopped()) {
      io.run_for(kAskEvery);
      if (!io.stopped() && is_given_up())
        throw Error(ErrorKind::unavailable, "The fetch of an image was given up.");
    }
    if (failure) std::rethrow_exception(failure);
  } catch (const Failed& e) {
    log::warning("an image was not fetched", {{"uri", uri}, {"why", e.why}});
    throw Error(ErrorKind::invalid, "The image could not be fetched from its URI.");
  }
}

}  // namespace virga::http
