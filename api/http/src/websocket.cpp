// SPDX-License-Identifier: Apache-2.0
// WebSocket connections: a reading loop that hands messages to a session, and a writing loop fed by
// a queue that other threads fill.
#include "api/http/src/websocket.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "api/http/client.h"
#include "api/http/src/client_tls.h"
#include "api/http/src/outbox.h"
#include "common/error.h"
#include "common/log.h"

namespace virga::http {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using PlainSocket = websocket::stream<beast::tcp_stream&>;
using TlsSocket = websocket::stream<beast::ssl_stream<beast::tcp_stream>&>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kIdle = std::chrono::seconds(20);  // a silent peer is pinged after half of it

/// Detaches an outbox when the connection ends in any way.
class Detached {
 public:
  explicit Detached(Outbox& outbox) : outbox_(outbox) {}
  ~Detached() { outbox_.detach(); }
  Detached(const Detached&) = delete;
  Detached& operator=(const Detached&) = delete;

 private:
  Outbox& outbox_;
};

template <class Socket>
asio::awaitable<void> write_loop(Socket& socket, WebSocketSession& session,
                                 std::shared_ptr<Outbox> outbox) {
  while (!outbox->closed()) {
    const std::optional<Outbox::Message> message = outbox->take();
    if (!message && outbox->finishing()) {
      co_await socket.async_close(websocket::close_code::normal, kTuple);
      outbox->close();
      break;
    }
    if (!message) {
      co_await outbox->writer().async_wait(kTuple);
      continue;
    }
    socket.binary(message->binary);
    auto [failure, n] = co_await socket.async_write(asio::buffer(message->bytes), kTuple);
    outbox->sent(message->bytes.size());
    if (failure)
      outbox->close();
    else
      session.on_sent();
  }
  // Ends the reading loop too.
  beast::get_lowest_layer(socket).cancel();
}

/// A close during on_message() finds no read that it could cancel: hence the look at `outbox`.
template <class Socket, class Call>
asio::awaitable<void> read_loop(Socket& socket, WebSocketSession& session, Outbox& outbox,
                                Call call) {
  beast::flat_buffer buffer;
  while (!outbox.closed()) {
    if (outbox.paused()) {
      co_await outbox.reader().async_wait(kTuple);
      continue;
    }
    auto [failure, n] = co_await socket.async_read(buffer, kTuple);
    if (failure) co_return;
    const std::string_view data(static_cast<const char*>(buffer.cdata().data()), buffer.size());
    const bool binary = socket.got_binary();
    co_await call([&] { binary ? session.on_binary(data) : session.on_message(data); });
    buffer.consume(buffer.size());
  }
}

template <class Socket>
void prepare(Socket& socket, const WebSocketSession& session, std::uint64_t max_message,
             beast::role_type role) {
  auto timeout = websocket::stream_base::timeout::suggested(role);
  timeout.handshake_timeout = std::chrono::seconds(10);
  timeout.idle_timeout = kIdle;
  timeout.keep_alive_pings = true;
  beast::get_lowest_layer(socket).expires_never();
  socket.set_option(timeout);
  socket.auto_fragment(false);  // messages are pieces already
  const std::size_t own = session.max_message();
  socket.read_message_max(own == 0 ? max_message : own);
}

/// Serves an open WebSocket to its end. `call` runs session functions where they may block.
template <class Socket, class Call>
asio::awaitable<void> pump(Socket& socket, WebSocketSession& session,
                           std::shared_ptr<Outbox> outbox, Call call) {
  const Detached at_the_end(*outbox);
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer writer_done(executor, asio::steady_timer::time_point::max());
  bool writing = true;
  asio::co_spawn(executor, write_loop(socket, session, outbox), [&](std::exception_ptr) {
    writing = false;
    writer_done.cancel();
  });
  try {
    co_await call([&] { session.on_open(outbox); });
    co_await read_loop(socket, session, *outbox, call);
  } catch (const std::exception& e) {
    log::warning("WebSocket session failed", {{"error", e.what()}});
  }
  outbox->close();
  while (writing) co_await writer_done.async_wait(kTuple);
  co_await call([&] { session.on_close(); });
}

template <class Stream>
asio::awaitable<std::optional<Response>> serve_upgrade(Core& core, Stream& stream,
                                                       UpgradeRequest upgrade, const Match& match,
                                                       const Request& request) {
  std::shared_ptr<WebSocketSession> session;
  Response refused = co_await on_pool(core, [&] {
    return core.router.guarded(match, request, [&] {
      session = match.route->websocket(request);
      return empty_response(101);
    });
  });
  if (!session) {
    log::info("WebSocket refused",
              {{"peer", request.peer}, {"status", std::to_string(refused.status)}});
    refused.body.clear();  // WebSocket clients take it for messages, or read none at all
    refused.content_type.clear();
    co_return std::move(refused);
  }
  websocket::stream<Stream&> socket(stream);
  prepare(socket, *session, core.settings.max_message, beast::role_type::server);
  socket.set_option(
      websocket::stream_base::decorator([&session](websocket::response_type& response) {
        for (const auto& [name, value] : session->headers()) response.set(name, value);
      }));
  auto [failure] = co_await socket.async_accept(upgrade, kTuple);
  if (failure) co_return std::nullopt;
  auto outbox = std::make_shared<Outbox>(stream.get_executor());
  co_await pump(socket, *session, outbox, [&core](auto work) -> asio::awaitable<void> {
    co_await on_pool(core, [&work] { return work(), true; });
  });
  co_return std::nullopt;
}

asio::awaitable<void> watch(const std::atomic<bool>& stop, std::shared_ptr<Outbox> outbox) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (!outbox->closed()) {
    if (stop) outbox->close();
    timer.expires_after(std::chrono::milliseconds(200));
    co_await timer.async_wait(kTuple);
  }
}

asio::awaitable<void> run_client(const Peer& peer, const std::string& target,
                                 WebSocketSession& session, const std::atomic<bool>& stop) {
  asio::ssl::context context = client_tls(peer);
  auto stream = co_await connect_tls(peer, context, std::chrono::seconds(10));
  TlsSocket socket(*stream);
  prepare(socket, session, 64UL * 1024 * 1024, beast::role_type::client);
  auto [failure] = co_await socket.async_handshake(peer.host, target, kTuple);
  if (failure)
    throw Error(ErrorKind::unavailable,
                "The control plane refused the stream: " + failure.message());
  auto outbox = std::make_shared<Outbox>(stream->get_executor());
  asio::co_spawn(stream->get_executor(), watch(stop, outbox), [](std::exception_ptr) {});
  co_await pump(socket, session, outbox, [](auto work) -> asio::awaitable<void> {
    work();
    co_return;
  });
}

}  // namespace

asio::awaitable<std::optional<Response>> upgrade_to_websocket(Core& core, beast::tcp_stream& stream,
                                                              UpgradeRequest upgrade,
                                                              const Match& match,
                                                              const Request& request) {
  return serve_upgrade(core, stream, std::move(upgrade), match, request);
}

asio::awaitable<std::optional<Response>> upgrade_to_websocket(
    Core& core, beast::ssl_stream<beast::tcp_stream>& stream, UpgradeRequest upgrade,
    const Match& match, const Request& request) {
  return serve_upgrade(core, stream, std::move(upgrade), match, request);
}

void run_websocket(const Peer& peer, const std::string& target, WebSocketSession& session,
                   const std::atomic<bool>& stop) {
  asio::io_context io(1);
  std::exception_ptr failure;
  asio::co_spawn(io, run_client(peer, target, session, stop),
                 [&](std::exception_ptr e) { failure = e; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace virga::http
