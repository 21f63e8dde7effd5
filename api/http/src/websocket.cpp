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
#include <deque>
#include <mutex>

#include "api/http/client.h"
#include "api/http/src/client_tls.h"
#include "common/error.h"
#include "common/log.h"

namespace virga::http {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using PlainSocket = websocket::stream<beast::tcp_stream&>;
using TlsSocket = websocket::stream<beast::ssl_stream<beast::tcp_stream>&>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxQueued = 64UL * 1024 * 1024;  // bytes that a slow peer may leave waiting
constexpr auto kIdle = std::chrono::seconds(20);        // a silent peer is pinged after half of it

/// The queue between senders and the writing loop. Senders may keep it longer than the connection
/// and its context live: detach() takes what belongs to those away.
class Outbox final : public WebSocketSender {
 public:
  explicit Outbox(asio::any_io_executor executor)
      : timer_(std::make_shared<asio::steady_timer>(executor)) {
    timer_->expires_at(asio::steady_timer::time_point::max());
  }

  bool send(std::string text) override {
    const std::scoped_lock lock(mutex_);
    if (closed_) return false;
    bytes_ += text.size();
    if (bytes_ > kMaxQueued) closed_ = true;
    queue_.push_back(std::move(text));
    wake();
    return !closed_;
  }

  void close() override {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    wake();
  }

  /// The next message; nullopt when there is none now.
  std::optional<std::string> take() {
    const std::scoped_lock lock(mutex_);
    if (queue_.empty()) return std::nullopt;
    std::string text = std::move(queue_.front());
    queue_.pop_front();
    bytes_ -= text.size();
    return text;
  }

  bool closed() {
    const std::scoped_lock lock(mutex_);
    return closed_;
  }

  /// Only for the connection's own thread, before detach().
  asio::steady_timer& timer() { return *timer_; }

  /// The end of the connection: nothing is sent any more.
  void detach() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    timer_.reset();
  }

 private:
  /// The lock is held: posting needs the context to be there.
  void wake() {
    if (!timer_) return;
    asio::post(timer_->get_executor(), [weak = std::weak_ptr(timer_)] {
      if (const auto timer = weak.lock()) timer->cancel();
    });
  }

  std::mutex mutex_;                           // guards what follows
  std::shared_ptr<asio::steady_timer> timer_;  // never expires: cancelling it wakes the writer
  std::deque<std::string> queue_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

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
asio::awaitable<void> write_loop(Socket& socket, std::shared_ptr<Outbox> outbox) {
  while (!outbox->closed()) {
    const std::optional<std::string> text = outbox->take();
    if (!text) {
      co_await outbox->timer().async_wait(kTuple);
      continue;
    }
    auto [failure, n] = co_await socket.async_write(asio::buffer(*text), kTuple);
    if (failure) outbox->close();
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
    auto [failure, n] = co_await socket.async_read(buffer, kTuple);
    if (failure) co_return;
    const auto data = buffer.cdata();
    co_await call([&] {
      session.on_message({static_cast<const char*>(data.data()), data.size()});
    });
    buffer.consume(buffer.size());
  }
}

template <class Socket>
void prepare(Socket& socket, std::uint64_t max_message, beast::role_type role) {
  auto timeout = websocket::stream_base::timeout::suggested(role);
  timeout.handshake_timeout = std::chrono::seconds(10);
  timeout.idle_timeout = kIdle;
  timeout.keep_alive_pings = true;
  beast::get_lowest_layer(socket).expires_never();
  socket.set_option(timeout);
  socket.read_message_max(max_message);
  socket.text(true);
}

/// Serves an open WebSocket to its end. `call` runs session functions where they may block.
template <class Socket, class Call>
asio::awaitable<void> pump(Socket& socket, WebSocketSession& session,
                           std::shared_ptr<Outbox> outbox, Call call) {
  const Detached at_the_end(*outbox);
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer writer_done(executor, asio::steady_timer::time_point::max());
  bool writing = true;
  asio::co_spawn(executor, write_loop(socket, outbox), [&](std::exception_ptr) {
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
asio::awaitable<void> serve_upgrade(Core& core, Stream& stream, UpgradeRequest upgrade,
                                    const Match& match, const Request& request) {
  std::shared_ptr<WebSocketSession> session;
  const Response refused = co_await on_pool(core, [&] {
    return core.router.guarded(match, request, [&] {
      session = match.route->websocket(request);
      return empty_response(101);
    });
  });
  if (!session) {
    log::info("WebSocket refused",
              {{"peer", request.peer}, {"status", std::to_string(refused.status)}});
    co_return;
  }
  websocket::stream<Stream&> socket(stream);
  prepare(socket, core.settings.max_message, beast::role_type::server);
  auto [failure] = co_await socket.async_accept(upgrade, kTuple);
  if (failure) co_return;
  auto outbox = std::make_shared<Outbox>(stream.get_executor());
  co_await pump(socket, *session, outbox, [&core](auto work) -> asio::awaitable<void> {
    co_await on_pool(core, [&work] { return work(), true; });
  });
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
  prepare(socket, 64UL * 1024 * 1024, beast::role_type::client);
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

asio::awaitable<void> upgrade_to_websocket(Core& core, beast::tcp_stream& stream,
                                           UpgradeRequest upgrade, const Match& match,
                                           const Request& request) {
  return serve_upgrade(core, stream, std::move(upgrade), match, request);
}

asio::awaitable<void> upgrade_to_websocket(Core& core, beast::ssl_stream<beast::tcp_stream>& stream,
                                           UpgradeRequest upgrade, const Match& match,
                                           const Request& request) {
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
