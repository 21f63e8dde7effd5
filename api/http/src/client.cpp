// SPDX-License-Identifier: Apache-2.0
#include "api/http/client.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "api/http/src/client_tls.h"
#include "common/error.h"

namespace virga::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kPiece = 256 * 1024;
constexpr std::uint64_t kMaxAnswer = 1024 * 1024;

[[noreturn]] void fail(const Peer& peer, const boost::system::error_code& why) {
  throw Error(ErrorKind::unavailable, "The connection to " + peer.host + ":" +
                                          std::to_string(peer.port) + " failed: " + why.message());
}

bhttp::request<bhttp::string_body> request_of(const Peer& peer, std::string_view method,
                                              const std::string& target, const std::string& body) {
  bhttp::request<bhttp::string_body> request;
  request.version(11);
  request.method_string(method);
  request.target(target);
  request.set(bhttp::field::host, peer.host + ":" + std::to_string(peer.port));
  if (!body.empty()) request.set(bhttp::field::content_type, "application/json");
  request.body() = body;
  request.keep_alive(false);
  request.prepare_payload();
  return request;
}

asio::awaitable<Answer> fetch_async(const Peer& peer, bhttp::request<bhttp::string_body> request,
                                    std::chrono::seconds limit) {
  asio::ssl::context context = client_tls(peer);
  auto stream = co_await connect_tls(peer, context, limit);
  beast::get_lowest_layer(*stream).expires_after(limit);
  auto [unsent, sent] = co_await bhttp::async_write(*stream, request, kTuple);
  if (unsent) fail(peer, unsent);
  beast::flat_buffer buffer;
  bhttp::response_parser<bhttp::string_body> parser;
  parser.body_limit(kMaxAnswer);
  auto [failure, got] = co_await bhttp::async_read(*stream, buffer, parser, kTuple);
  if (failure) fail(peer, failure);
  co_return Answer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

asio::awaitable<int> download_async(const Peer& peer, bhttp::request<bhttp::string_body> request,
                                    const std::function<void(std::string_view)>& sink,
                                    std::chrono::seconds stall) {
  asio::ssl::context context = client_tls(peer);
  auto stream = co_await connect_tls(peer, context, stall);
  auto& lowest = beast::get_lowest_layer(*stream);
  lowest.expires_after(stall);
  auto [unsent, sent] = co_await bhttp::async_write(*stream, request, kTuple);
  if (unsent) fail(peer, unsent);
  beast::flat_buffer buffer;
  bhttp::response_parser<bhttp::buffer_body> parser;
  parser.body_limit(boost::none);
  auto [unread, header] = co_await bhttp::async_read_header(*stream, buffer, parser, kTuple);
  if (unread) fail(peer, unread);
  const int status = static_cast<int>(parser.get().result_int());
  if (status != 200) co_return status;
  std::string piece(kPiece, '\0');
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    lowest.expires_after(stall);
    auto [failure, n] = co_await bhttp::async_read(*stream, buffer, parser, kTuple);
    if (failure && failure != bhttp::error::need_buffer) fail(peer, failure);
    sink({piece.data(), piece.size() - parser.get().body().size});
  }
  co_return status;
}

/// The head of a PUT of bytes. (Beast's serializer of such a body takes the compiler a minute and
/// two gigabytes, for a text of six lines.)
std::string head_of(const Peer& peer, const std::string& target, std::int64_t size) {
  return "PUT " + target + " HTTP/1.1\r\nHost: " + peer.host + ":" + std::to_string(peer.port) +
         "\r\nContent-Type: application/octet-stream\r\nContent-Length: " + std::to_string(size) +
         "\r\nConnection: close\r\n\r\n";
}

/// Sends the body. A server that refuses it says so before it has all: then the rest is not sent.
asio::awaitable<boost::system::error_code> send_pieces(ClientStream& stream, std::string piece,
                                                       const OutgoingBody& body,
                                                       std::chrono::seconds stall) {
  auto& lowest = beast::get_lowest_layer(stream);
  for (std::int64_t left = body.size;; left -= static_cast<std::int64_t>(piece.size())) {
    lowest.expires_after(stall);
    auto [failure, sent] = co_await asio::async_write(stream, asio::buffer(piece), kTuple);
    if (failure || left == 0) co_return failure;
    piece.resize(
        static_cast<std::size_t>(std::min<std::int64_t>(left, static_cast<std::int64_t>(kPiece))));
    if (body.read(piece.data(), piece.size()) != piece.size())
      throw Error(ErrorKind::unavailable, "What is to be sent has become shorter.");
  }
}

asio::awaitable<Answer> upload_async(const Peer& peer, std::string head, const OutgoingBody& body,
                                     std::chrono::seconds stall,
                                     std::chrono::seconds answer_limit) {
  asio::ssl::context context = client_tls(peer);
  auto stream = co_await connect_tls(peer, context, stall);
  const boost::system::error_code unsent =
      co_await send_pieces(*stream, std::move(head), body, stall);
  beast::get_lowest_layer(*stream).expires_after(unsent ? stall : answer_limit);
  beast::flat_buffer buffer;
  bhttp::response_parser<bhttp::string_body> parser;
  parser.body_limit(kMaxAnswer);
  auto [failure, got] = co_await bhttp::async_read(*stream, buffer, parser, kTuple);
  if (failure) fail(peer, unsent ? unsent : failure);
  co_return Answer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

/// Runs a coroutine to its end on this thread.
template <class T>
T complete(asio::awaitable<T> work) {
  asio::io_context io(1);
  std::exception_ptr failure;
  T result{};
  asio::co_spawn(io, std::move(work), [&](std::exception_ptr e, T value) {
    failure = e;
    result = std::move(value);
  });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return result;
}

}  // namespace

Answer fetch(const Peer& peer, std::string_view method, const std::string& target,
             const std::string& body, std::chrono::seconds limit) {
  return complete(fetch_async(peer, request_of(peer, method, target, body), limit));
}

int download(const Peer& peer, const std::string& target,
             const std::function<void(std::string_view)>& sink, std::chrono::seconds stall) {
  return complete(download_async(peer, request_of(peer, "GET", target, ""), sink, stall));
}

Answer upload(const Peer& peer, const std::string& target, const OutgoingBody& body,
              std::chrono::seconds stall, std::chrono::seconds answer_limit) {
  return complete(upload_async(peer, head_of(peer, target, body.size), body, stall, answer_limit));
}

}  // namespace virga::http
