// SPDX-License-Identifier: Apache-2.0
// One connection: requests are read within limits, routed, handled (on this thread or on the pool)
// and answered, until the client closes or a limit is passed.
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <chrono>

#include "api/http/src/core.h"
#include "api/http/src/request_head.h"
#include "api/http/src/websocket.h"
#include "common/log.h"

namespace virga::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kPiece = 256 * 1024;             // bytes of a streamed body handled at a time
constexpr std::size_t kMostUnread = 16 * 1024 * 1024;  // of a refused body are still taken,
constexpr std::chrono::seconds kUnreadLimit{5};        // for so long

/// A connection and the request it is busy with.
template <class Stream>
struct Session {
  Core& core;
  Stream& stream;
  ConnectionFacts facts;
  beast::flat_buffer buffer;
  bool keep = true;     // another request may follow
  bool unread = false;  // an answer was given before the request was read to its end

  void expire_after(std::chrono::seconds limit) {
    beast::get_lowest_layer(stream).expires_after(limit);
  }
};

template <class Body>
void fill_headers(bhttp::response<Body>& out, const Response& response, const Request& request,
                  bool keep) {
  out.version(11);
  out.result(static_cast<unsigned>(response.status));
  out.keep_alive(keep);
  if (!response.content_type.empty()) out.set(bhttp::field::content_type, response.content_type);
  out.set("X-Openstack-Request-Id", request.request_id);
  out.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) out.insert(name, value);
}

/// Empty when there are none; the reason is in the log.
std::string_view next_piece(FileBody& file, std::size_t want) {
  try {
    return file.source->read(file.offset, want);
  } catch (const std::exception& e) {
    log::error("a body ends early", {{"error", e.what()}});
    return {};
  }
}

template <class Stream>
asio::awaitable<void> send_file(Session<Stream>& s, FileBody& file) {
  while (file.size > 0) {
    const auto want = static_cast<std::size_t>(std::min<std::int64_t>(file.size, kPiece));
    const std::string_view piece = co_await on_pool(s.core, [&] { return next_piece(file, want); });
    if (piece.empty()) {  // the length is promised already: only closing tells the client
      s.keep = false;
      co_return;
    }
    s.expire_after(s.core.settings.stall_limit);
    auto [failure, written] =
        co_await asio::async_write(s.stream, asio::buffer(piece.data(), piece.size()), kTuple);
    if (failure) {
      s.keep = false;
      co_return;
    }
    file.offset += static_cast<std::int64_t>(piece.size());
    file.size -= static_cast<std::int64_t>(piece.size());
  }
}

template <class Stream>
asio::awaitable<void> answer(Session<Stream>& s, Response response, const Request& request) {
  s.expire_after(s.core.settings.stall_limit);
  if (response.file && request.method != "HEAD") {
    bhttp::response<bhttp::empty_body> out;
    fill_headers(out, response, request, s.keep);
    out.content_length(static_cast<std::uint64_t>(response.file->size));
    bhttp::response_serializer<bhttp::empty_body> serializer(out);
    auto [failure, n] = co_await bhttp::async_write_header(s.stream, serializer, kTuple);
    s.keep = s.keep && !failure;
    if (!failure) co_await send_file(s, *response.file);
    co_return;
  }
  bhttp::response<bhttp::string_body> out;
  const bool bodyless = response.status == 204 || response.status == 304;
  const std::size_t size =
      response.file ? static_cast<std::size_t>(response.file->size) : response.body.size();
  if (request.method != "HEAD" && !bodyless) out.body() = std::move(response.body);
  fill_headers(out, response, request, s.keep);
  if (!bodyless) out.content_length(size);
  auto [failure, n] = co_await bhttp::async_write(s.stream, out, kTuple);
  s.keep = s.keep && !failure;
}

/// Tells a client that waits for it to send the body. False when he is gone.
template <class Stream>
asio::awaitable<bool> invite_body(Session<Stream>& s, const Request& request) {
  if (request.header("expect") != "100-continue") co_return true;
  bhttp::response<bhttp::empty_body> go(bhttp::status::continue_, 11);
  auto [failure, n] = co_await bhttp::async_write(s.stream, go, kTuple);
  co_return !failure;
}

/// Reads the body into request.body. False when the connection is of no more use.
template <class Stream>
asio::awaitable<bool> read_body(Session<Stream>& s, HeaderParser& header, Request& request,
                                std::optional<Response>& refusal) {
  // Beast compares a declared length at the end of the header only, where the route is not known
  // yet.
  const bool declared_too_large = header.content_length().value_or(0) > s.core.settings.max_body;
  bhttp::request_parser<bhttp::string_body> parser(std::move(header));
  parser.body_limit(s.core.settings.max_body);
  s.expire_after(s.core.settings.stall_limit);
  beast::error_code failure = bhttp::error::body_limit;
  if (!declared_too_large) {
    if (!co_await invite_body(s, request)) co_return false;
    auto [read_failure, n] = co_await bhttp::async_read(s.stream, s.buffer, parser, kTuple);
    failure = read_failure;
  }
  if (failure == bhttp::error::body_limit) {
    refusal = s.core.router.error(nullptr, request, 413, "The request body is too large.");
    s.keep = false;
    s.unread = true;
    co_return true;
  }
  if (failure) co_return false;
  request.body = std::move(parser.get().body());
  co_return true;
}

/// Streams the body into the handler's upload. False when the connection is of no more use.
template <class Stream>
asio::awaitable<bool> read_upload(Session<Stream>& s, HeaderParser& header, const Match& match,
                                  const Request& request, Response& response) {
  std::unique_ptr<Upload> upload;
  bool refused = false;
  response = co_await on_pool(s.core, [&] {
    return s.core.router.guarded(match, request, [&] {
      refused = true;
      upload = match.route->upload(request);
      refused = false;
      return empty_response(100);
    });
  });
  if (refused) {  // the body was not read: the connection cannot be used again
    s.keep = false;
    s.unread = true;
    co_return true;
  }
  if (!co_await invite_body(s, request)) co_return false;
  bhttp::request_parser<bhttp::buffer_body> parser(std::move(header));
  parser.body_limit(boost::none);
  std::string piece(kPiece, '\0');
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    s.expire_after(s.core.settings.stall_limit);
    auto [failure, n] = co_await bhttp::async_read(s.stream, s.buffer, parser, kTuple);
    if (failure && failure != bhttp::error::need_buffer) {
      co_await on_pool(s.core, [&] { return upload.reset(), true; });
      co_return false;
    }
    const std::size_t got = piece.size() - parser.get().body().size;
    response = co_await on_pool(s.core, [&] {
      return s.core.router.guarded(match, request, [&] {
        upload->write({piece.data(), got});
        return empty_response(100);
      });
    });
    if (response.status != 100) {
      s.keep = false;
      s.unread = true;
      co_await on_pool(s.core, [&] { return upload.reset(), true; });
      co_return true;
    }
  }
  response = co_await on_pool(s.core, [&] {
    Response done = s.core.router.guarded(match, request, [&] { return upload->finish(); });
    upload.reset();
    return done;
  });
  co_return true;
}

bool has_body(const HeaderParser& parser) {
  return parser.chunked() || parser.content_length().value_or(0) > 0;
}

void log_access(const Request& request, int status, std::chrono::steady_clock::time_point start) {
  if (!log::enabled(log::Level::debug)) return;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  log::debug("request", {{"method", request.method},
                         {"path", request.path},
                         {"status", std::to_string(status)},
                         {"us", std::to_string(took.count())},
                         {"peer", request.peer},
                         {"user", request.caller ? request.caller->user_id : ""},
                         {"id", request.request_id}});
}

template <class Stream>
asio::awaitable<Response> handle(Session<Stream>& s, const Match& match, const Request& request) {
  const auto call = [&] {
    return s.core.router.guarded(match, request, [&] { return match.route->handler(request); });
  };
  if (match.route->run == Run::io) co_return call();
  if (s.core.queued >= s.core.settings.max_queued)
    co_return s.core.router.error(match.service, request, 503, "The service is overloaded.");
  co_return co_await on_pool(s.core, call);
}

/// Reads the head of a request. Mostly it has come whole, and nothing has to be waited for.
template <class Stream>
asio::awaitable<beast::error_code> read_header(Session<Stream>& s, HeaderParser& parser) {
  beast::error_code failure;
  parser.eager(false);
  s.buffer.consume(parser.put(s.buffer.data(), failure));
  if (failure != bhttp::error::need_more) co_return failure;
  s.expire_after(s.core.settings.header_limit);
  auto [read_failure, n] = co_await bhttp::async_read_header(s.stream, s.buffer, parser, kTuple);
  co_return read_failure;
}

/// Reads, handles and answers one request. False ends the connection without a further word.
template <class Stream>
asio::awaitable<bool> serve_one(Session<Stream>& s) {
  HeaderParser parser;
  parser.header_limit(s.core.settings.max_header);
  parser.body_limit(boost::none);  // images have none; other bodies are limited where they are read
  if (s.buffer.size() == 0) {
    s.expire_after(s.core.settings.idle_limit);
    auto [failure, n] = co_await s.stream.async_read_some(s.buffer.prepare(4096), kTuple);
    if (failure) co_return false;
    s.buffer.commit(n);
  }
  const beast::error_code failure = co_await read_header(s, parser);
  const auto start = std::chrono::steady_clock::now();
  Request request;
  Response response;
  if (failure == bhttp::error::header_limit || failure == bhttp::error::buffer_overflow) {
    s.keep = false;
    s.unread = true;
    co_await answer(s, s.core.router.error(nullptr, request, 431, "The headers are too large."),
                    request);
    co_return false;
  }
  if (failure == beast::error::timeout || failure == asio::error::eof ||
      failure == bhttp::error::end_of_stream || failure == bhttp::error::partial_message)
    co_return false;
  if (failure || !read_head(request, parser, s.core, s.facts)) {
    s.keep = false;
    co_await answer(s, s.core.router.error(nullptr, request, 400, "The request is malformed."),
                    request);
    co_return false;
  }
  s.keep = parser.keep_alive();
  const Match match = s.core.router.route(request, response);
  if (match.route != nullptr && match.route->websocket) {
    co_await upgrade_to_websocket(s.core, s.stream, parser.release(), match, request);
    co_return false;
  }
  if (match.route != nullptr && match.route->upload) {
    if (!co_await read_upload(s, parser, match, request, response)) co_return false;
  } else if (match.route == nullptr) {
    // Refused before the body was read. A small body is read so that the connection can go on.
    std::optional<Response> too_large;
    if (has_body(parser) && !co_await read_body(s, parser, request, too_large)) co_return false;
  } else {
    std::optional<Response> refusal;
    if (has_body(parser) && !co_await read_body(s, parser, request, refusal)) co_return false;
    if (refusal)
      response = std::move(*refusal);
    else
      response = co_await handle(s, match, request);
  }
  log_access(request, response.status, start);
  co_await answer(s, std::move(response), request);
  co_return s.keep;
}

/// Takes what the client still sends. Closing with unread bytes would reset the connection, and he
/// might never see the answer.
template <class Stream>
asio::awaitable<void> drain(Session<Stream>& s) {
  if constexpr (std::is_same_v<Stream, PlainStream>) {  // he sees the end and need not wait
    boost::system::error_code ignored;
    s.stream.socket().shutdown(Tcp::socket::shutdown_send, ignored);
  }
  std::string piece(kPiece, '\0');
  s.expire_after(kUnreadLimit);
  for (std::size_t taken = 0; taken < kMostUnread;) {
    auto [failure, n] = co_await s.stream.async_read_some(asio::buffer(piece), kTuple);
    if (failure) co_return;
    taken += n;
  }
}

template <class Stream>
asio::awaitable<void> serve(Core& core, Stream& stream, ConnectionFacts facts) {
  Session<Stream> session{core, stream, std::move(facts), {}};
  while (co_await serve_one(session)) {
  }
  if (session.unread) co_await drain(session);
}

struct ConnectionCount {
  std::atomic<int>& n;
  explicit ConnectionCount(std::atomic<int>& c) : n(c) { ++n; }
  ~ConnectionCount() { --n; }
};

std::string address_of(const Tcp::socket& socket) {
  boost::system::error_code ignored;
  const auto endpoint = socket.remote_endpoint(ignored);
  return ignored ? std::string() : endpoint.address().to_string();
}

}  // namespace

asio::awaitable<void> serve_plain(Core& core, Tcp::socket socket) {
  const ConnectionCount count(core.connections);
  ConnectionFacts facts{address_of(socket), "", false};
  PlainStream stream(std::move(socket));
  co_await serve(core, stream, std::move(facts));
  boost::system::error_code ignored;
  stream.socket().shutdown(Tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> serve_tls(Core& core, Tcp::socket socket) {
  const ConnectionCount count(core.connections);
  ConnectionFacts facts{address_of(socket), "", true};
  TlsStream stream(std::move(socket), *core.tls);
  beast::get_lowest_layer(stream).expires_after(core.settings.header_limit);
  auto [refused] = co_await stream.async_handshake(asio::ssl::stream_base::server, kTuple);
  if (refused) {
    log::info("TLS handshake failed", {{"peer", facts.peer}, {"error", refused.message()}});
    co_return;
  }
  facts.certificate_sha256 = peer_certificate_sha256(stream.native_handle());
  co_await serve(core, stream, std::move(facts));
  beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(5));
  co_await stream.async_shutdown(kTuple);
}

}  // namespace virga::http
