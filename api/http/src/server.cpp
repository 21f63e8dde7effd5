// SPDX-License-Identifier: Apache-2.0
// Listening and threads; connections are served in session.cpp.
#include "api/http/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <vector>

#include "api/http/src/core.h"
#include "common/log.h"

namespace virga::http {
namespace {

constexpr int kReserve = 64;  // connections over the limits

void log_end(std::exception_ptr failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    log::warning("connection ended", {{"error", e.what()}});
  }
}

}  // namespace

Core::Core(ServerSettings s, const Router& r, Observer* o)
    : settings(std::move(s)),
      router(r),
      observer(o),
      own_address(settings.address + ":" + std::to_string(settings.port)),
      pool(static_cast<std::size_t>(settings.pool_threads)) {
  if (!settings.tls.certificate.empty()) tls.emplace(server_tls(settings.tls));
}

struct Server::Impl {
  Core core;
  std::vector<std::unique_ptr<Deadlines>> deadlines;  // of each context, and outlive it
  // One context a thread, so that connections never share state or locks.
  std::vector<std::unique_ptr<asio::io_context>> contexts;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
  std::vector<std::thread> threads;
  Tcp::acceptor acceptor;
  bool started = false;

  static std::vector<std::unique_ptr<asio::io_context>> make_contexts(int count) {
    std::vector<std::unique_ptr<asio::io_context>> made;
    for (int i = 0; i < count; ++i) made.push_back(std::make_unique<asio::io_context>(1));
    return made;
  }

  Impl(ServerSettings settings, const Router& router, Observer* observer)
      : core(std::move(settings), router, observer),
        contexts(make_contexts(core.settings.io_threads)),
        acceptor(*contexts[0]) {
    for (auto& context : contexts) {
      guards.emplace_back(asio::make_work_guard(*context));
      deadlines.push_back(std::make_unique<Deadlines>());
    }
    listen();
  }

  void listen() {
    const std::string name = core.settings.address + ":" + std::to_string(core.settings.port);
    try {
      const Tcp::endpoint endpoint(asio::ip::make_address(core.settings.address),
                                   core.settings.port);
      acceptor.open(endpoint.protocol());
      acceptor.set_option(Tcp::acceptor::reuse_address(true));
      acceptor.bind(endpoint);
      acceptor.listen(1024);
    } catch (const boost::system::system_error& e) {
      throw Error(ErrorKind::unavailable,
                  "Cannot listen on " + name + ": " + e.code().message() + ".");
    }
  }

  asio::awaitable<void> accept_loop() {
    for (std::size_t next = 0;; next = (next + 1) % contexts.size()) {
      boost::system::error_code failure;
      Tcp::socket socket = co_await acceptor.async_accept(
          *contexts[next], asio::redirect_error(asio::use_awaitable, failure));
      if (failure == asio::error::operation_aborted) co_return;
      if (failure) {  // out of descriptors, say: wait, or it would spin
        log::warning("accept failed", {{"error", failure.message()}});
        asio::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(50));
        co_await pause.async_wait(asio::use_awaitable);
        continue;
      }
      serve(std::move(socket), next);
    }
  }

  /// Over the limits a few connections are taken all the same: they are told that there is no room,
  /// and the control lane stays open.
  void serve(Tcp::socket socket, std::size_t thread) {
    ConnectionFacts facts{address_of(socket), "", core.tls.has_value(), false};
    Tally::Entry entry = core.peers.enter(facts.peer, core.settings.max_connections_per_peer);
    facts.reserve = !entry || core.connections >= core.settings.max_connections;
    if (facts.reserve) {
      entry = core.peers.enter("", kReserve);
      if (!entry) {
        ++core.refused;
        return;  // closes it
      }
    }
    boost::system::error_code ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    asio::co_spawn(*contexts[thread],
                   serve_connection(core, *deadlines[thread], std::move(socket), std::move(facts),
                                    std::move(entry)),
                   log_end);
  }

  static std::string address_of(const Tcp::socket& socket) {
    boost::system::error_code ignored;
    const auto endpoint = socket.remote_endpoint(ignored);
    return ignored ? std::string("unknown") : endpoint.address().to_string();
  }
};

Server::Server(ServerSettings settings, const Router& router, Observer* observer)
    : impl_(std::make_unique<Impl>(std::move(settings), router, observer)) {}

Server::~Server() {
  stop();
}

void Server::start() {
  impl_->started = true;
  asio::co_spawn(*impl_->contexts[0], impl_->accept_loop(), log_end);
  for (std::size_t i = 0; i < impl_->contexts.size(); ++i)
    asio::co_spawn(*impl_->contexts[i], impl_->deadlines[i]->sweep(), log_end);
  for (auto& context : impl_->contexts) impl_->threads.emplace_back([&io = *context] { io.run(); });
}

void Server::stop() {
  if (!impl_->started) return;
  impl_->started = false;
  for (auto& context : impl_->contexts) context->stop();
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  // Running handlers end; their answers are lost with the connection. Only now: a connection that
  // still ran could leave work in the pool that outlives the connection's context.
  impl_->core.pool.join();
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
}

ServerFigures Server::figures() const {
  const Core& core = impl_->core;
  ServerFigures figures{core.connections, core.queued,   core.refused,
                        core.overloaded,  core.too_many, 0};
  for (const auto& deadlines : impl_->deadlines) figures.cut += deadlines->cut();
  return figures;
}

std::uint16_t Server::port() const {
  return impl_->acceptor.local_endpoint().port();
}

}  // namespace virga::http
