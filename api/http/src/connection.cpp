// SPDX-License-Identifier: Apache-2.0
#include "api/http/src/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>

#include "common/log.h"

namespace virga::http {
namespace {

namespace beast = boost::beast;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kCloseLimit{5};

std::variant<PlainStream, TlsStream> stream_of(Core& core, Tcp::socket socket, bool tls) {
  if (tls)
    return std::variant<PlainStream, TlsStream>(std::in_place_type<TlsStream>, std::move(socket),
                                                *core.tls);
  return std::variant<PlainStream, TlsStream>(std::in_place_type<PlainStream>, std::move(socket));
}

Deadline::Time in(std::chrono::seconds limit) {
  return std::chrono::steady_clock::now() + limit;
}

}  // namespace

Connection::Connection(Core& shared, Deadlines& deadlines, Tcp::socket socket,
                       ConnectionFacts known)
    : core(shared),
      facts(std::move(known)),
      stream_(stream_of(shared, std::move(socket), facts.tls)),
      deadline_(deadlines, this->socket()) {
  boost::system::error_code ignored;
  this->socket().non_blocking(true, ignored);
}

Tcp::socket& Connection::socket() {
  return std::visit([](auto& s) -> Tcp::socket& { return beast::get_lowest_layer(s).socket(); },
                    stream_);
}

asio::awaitable<bool> Connection::shake_hands() {
  auto* tls = std::get_if<TlsStream>(&stream_);
  if (tls == nullptr) co_return true;
  deadline_.set(in(core.settings.header_limit));
  auto [refused] = co_await tls->async_handshake(asio::ssl::stream_base::server, kTuple);
  deadline_.clear();
  if (refused || deadline_.passed()) {
    log::info("TLS handshake failed", {{"peer", facts.peer}, {"error", refused.message()}});
    co_return false;
  }
  facts.certificate_sha256 = peer_certificate_sha256(tls->native_handle());
  co_return true;
}

asio::awaitable<bool> Connection::read(std::size_t most, Time until) {
  if (deadline_.passed()) co_return false;
  deadline_.set(until);
  const auto room = buffer.prepare(most);
  boost::system::error_code failure;
  std::size_t n = 0;
  if (auto* plain = std::get_if<PlainStream>(&stream_)) {
    auto [f, got] = co_await plain->socket().async_read_some(room, kTuple);
    failure = f;
    n = got;
  } else {
    auto [f, got] = co_await std::get<TlsStream>(stream_).async_read_some(room, kTuple);
    failure = f;
    n = got;
  }
  deadline_.clear();
  buffer.commit(n);
  co_return !failure && !deadline_.passed();
}

asio::awaitable<bool> Connection::write(std::string_view bytes) {
  if (deadline_.passed()) co_return false;
  auto* plain = std::get_if<PlainStream>(&stream_);
  if (plain != nullptr) {
    // Mostly all of it finds room at once, and nothing has to be waited for.
    boost::system::error_code failure;
    const std::size_t n =
        plain->socket().write_some(asio::buffer(bytes.data(), bytes.size()), failure);
    if (!failure && n == bytes.size()) co_return true;
    if (failure && failure != asio::error::would_block) co_return false;
    if (!failure) bytes.remove_prefix(n);
  }
  const bool sent = co_await write_rest(bytes);
  co_return sent;
}

asio::awaitable<bool> Connection::write_rest(std::string_view bytes) {
  deadline_.set(in(core.settings.stall_limit));
  const auto data = asio::buffer(bytes.data(), bytes.size());
  boost::system::error_code failure;
  if (auto* plain = std::get_if<PlainStream>(&stream_)) {
    auto [f, n] = co_await asio::async_write(plain->socket(), data, kTuple);
    failure = f;
  } else {
    auto [f, n] = co_await asio::async_write(std::get<TlsStream>(stream_), data, kTuple);
    failure = f;
  }
  deadline_.clear();
  co_return !failure && !deadline_.passed();
}

void Connection::interrupt() {
  boost::system::error_code ignored;
  socket().cancel(ignored);
}

void Connection::end_sending() {
  boost::system::error_code ignored;
  if (!facts.tls) socket().shutdown(Tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> Connection::close() {
  auto* tls = std::get_if<TlsStream>(&stream_);
  if (tls == nullptr) {
    end_sending();
    co_return;
  }
  if (deadline_.passed()) co_return;
  deadline_.set(in(kCloseLimit));
  co_await tls->async_shutdown(kTuple);
  deadline_.clear();
}

}  // namespace virga::http
