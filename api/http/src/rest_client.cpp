// SPDX-License-Identifier: Apache-2.0
#include "api/http/rest_client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <filesystem>

#include "common/error.h"

namespace virga::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Tcp = asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t kMostBody = 64UL << 20U;

struct Place {
  bool is_tls = false;
  std::string host;
  std::string port;
  std::string target;

  std::string name() const { return host + ":" + port; }
};

Place place_of(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  const auto scheme = parsed ? parsed->scheme() : boost::urls::string_view();
  if (!parsed || (scheme != "http" && scheme != "https") || parsed->host().empty() ||
      parsed->has_userinfo())
    throw Error(ErrorKind::invalid, "'" + url + "' is not the address of an HTTP service.");
  Place place;
  place.is_tls = scheme == "https";
  place.host = parsed->host_address();
  const auto port = parsed->port();
  place.port = port.empty() ? (place.is_tls ? "443" : "80") : std::string(port.data(), port.size());
  const auto target = parsed->encoded_target();
  place.target.assign(target.data(), target.size());
  if (place.target.empty() || place.target.front() != '/') place.target.insert(0, "/");
  return place;
}

bhttp::request<bhttp::string_body> request_of(const RestRequest& wanted, const Place& place) {
  bhttp::request<bhttp::string_body> request;
  request.version(11);
  request.method_string(wanted.method);
  request.target(place.target);
  const bool is_v6 = place.host.find(':') != std::string::npos;
  request.set(bhttp::field::host, (is_v6 ? "[" + place.host + "]" : place.host) + ":" + place.port);
  request.set(bhttp::field::user_agent, "virga");
  request.set(bhttp::field::accept, "application/json");
  for (const auto& [name, value] : wanted.headers) request.set(name, value);
  request.body() = wanted.body;
  request.keep_alive(false);
  request.prepare_payload();
  return request;
}

asio::ssl::context tls_of(const RestTrust& trust) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1);
  context.set_verify_mode(trust.verify ? asio::ssl::verify_peer : asio::ssl::verify_none);
  boost::system::error_code failure;
  if (trust.ca_file.empty())
    context.set_default_verify_paths(failure);
  else if (std::filesystem::is_directory(trust.ca_file))
    context.add_verify_path(trust.ca_file, failure);
  else
    context.load_verify_file(trust.ca_file, failure);
  if (failure)
    throw Error(ErrorKind::invalid,
                "The authorities in " + trust.ca_file + " cannot be used: " + failure.message());
  return context;
}

[[noreturn]] void fail(const Place& place, const std::string& what,
                       const boost::system::error_code& why) {
  throw Error(ErrorKind::unavailable, place.name() + " " + what + ": " + why.message());
}

template <class Stream>
asio::awaitable<RestAnswer> talk(Stream& stream, const Place& place,
                                 bhttp::request<bhttp::string_body> request) {
  auto [unsent, sent] = co_await bhttp::async_write(stream, request, kTuple);
  if (unsent) fail(place, "did not take the request", unsent);
  beast::flat_buffer buffer;
  bhttp::response_parser<bhttp::string_body> parser;
  parser.body_limit(kMostBody);
  parser.skip(request.method() == bhttp::verb::head);
  auto [unread, got] = co_await bhttp::async_read(stream, buffer, parser, kTuple);
  if (unread) fail(place, "gave no whole answer", unread);
  RestAnswer answer;
  answer.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    const auto name = field.name_string();
    const auto value = field.value();
    answer.headers.emplace_back(std::string(name.data(), name.size()),
                                std::string(value.data(), value.size()));
  }
  answer.body = std::move(parser.get().body());
  co_return answer;
}

asio::awaitable<RestAnswer> run(const RestRequest& wanted, const RestTrust& trust) {
  const Place place = place_of(wanted.url);
  auto request = request_of(wanted, place);
  const auto executor = co_await asio::this_coro::executor;
  Tcp::resolver resolver(executor);
  auto [unknown, found] = co_await resolver.async_resolve(place.host, place.port, kTuple);
  if (unknown) fail(place, "cannot be resolved", unknown);
  if (!place.is_tls) {
    beast::tcp_stream stream(executor);
    stream.expires_after(wanted.limit);
    auto [refused, endpoint] = co_await stream.async_connect(found, kTuple);
    if (refused) fail(place, "cannot be reached", refused);
    co_return co_await talk(stream, place, std::move(request));
  }
  asio::ssl::context context = tls_of(trust);
  beast::ssl_stream<beast::tcp_stream> stream(executor, context);
  if (trust.verify) stream.set_verify_callback(asio::ssl::host_name_verification(place.host));
  SSL_set_tlsext_host_name(stream.native_handle(), place.host.c_str());
  auto& lowest = beast::get_lowest_layer(stream);
  lowest.expires_after(wanted.limit);
  auto [refused, endpoint] = co_await lowest.async_connect(found, kTuple);
  if (refused) fail(place, "cannot be reached", refused);
  auto [untrusted] = co_await stream.async_handshake(asio::ssl::stream_base::client, kTuple);
  if (untrusted) fail(place, "is not trusted", untrusted);
  co_return co_await talk(stream, place, std::move(request));
}

}  // namespace

std::string_view RestAnswer::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers)
    if (beast::iequals({key.data(), key.size()}, {name.data(), name.size()})) return value;
  return {};
}

RestAnswer exchange(const RestRequest& request, const RestTrust& trust) {
  asio::io_context io(1);
  std::exception_ptr failure;
  RestAnswer answer;
  bool is_done = false;
  asio::co_spawn(io, run(request, trust), [&](std::exception_ptr e, RestAnswer value) {
    failure = e;
    answer = std::move(value);
    is_done = true;
  });
  io.run_for(request.limit + std::chrono::seconds(1));  // resolving has no limit of its own
  if (failure) std::rethrow_exception(failure);
  if (!is_done)
    throw Error(ErrorKind::unavailable, request.url + " did not answer within " +
                                            std::to_string(request.limit.count()) + " s.");
  return answer;
}

}  // namespace virga::http
