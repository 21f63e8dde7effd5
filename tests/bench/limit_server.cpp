// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/limit_server.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Body = std::function<std::string(std::string_view)>;

asio::awaitable<void> session(Tcp::socket socket, const Body& body) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  try {
    for (;;) {
      http::request<http::empty_body> request;
      co_await http::async_read(stream, buffer, request, asio::use_awaitable);
      http::response<http::string_body> response(http::status::ok, 11);
      response.set(http::field::content_type, "application/json");
      response.set("x-openstack-request-id", "req-7d9a4e6a-0d6c-4d15-9d0b-1d6d1f2a3b4c");
      response.keep_alive(request.keep_alive());
      response.body() = body({request.target().data(), request.target().size()});
      response.prepare_payload();
      co_await http::async_write(stream, response, asio::use_awaitable);
      if (!response.keep_alive()) co_return;
    }
  } catch (const std::exception&) {  // the client went away
  }
}

asio::awaitable<void> accept_all(asio::io_context& io, unsigned short port, const Body& body) {
  Tcp::acceptor acceptor(io, Tcp::endpoint(asio::ip::make_address("127.0.0.1"), port));
  for (;;) {
    Tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(Tcp::no_delay(true));
    asio::co_spawn(io, session(std::move(socket), body), asio::detached);
  }
}

}  // namespace

void serve(unsigned short port, const Body& body) {
  asio::io_context io(1);
  asio::co_spawn(io, accept_all(io, port, body), asio::detached);
  io.run();
}

}  // namespace bench
