// SPDX-License-Identifier: Apache-2.0
// The bytes of one connection, plain or TLS: reading and writing within time limits.
// Private to api/http.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <string_view>
#include <variant>

#include "api/http/src/core.h"

namespace virga::http {

using PlainStream = boost::beast::tcp_stream;
using TlsStream = boost::beast::ssl_stream<boost::beast::tcp_stream>;

class Connection {
 public:
  using Time = Deadline::Time;

  Connection(Core& shared, Deadlines& deadlines, Tcp::socket socket, ConnectionFacts known);

  /// For TLS; does nothing otherwise. False: it failed.
  asio::awaitable<bool> shake_hands();
  /// Appends what comes next, at most `most` bytes, to `buffer`. False: the end, whatever its
  /// cause.
  asio::awaitable<bool> read(std::size_t most, Time until);
  /// Writes all. False: the connection is of no more use.
  asio::awaitable<bool> write(std::string_view bytes);
  /// Ends a read() that waits.
  void interrupt();
  /// Says that nothing more will be sent.
  void end_sending();
  /// The end that TLS asks for.
  asio::awaitable<void> close();

  /// While a handler works nothing is waited for.
  void rest() noexcept { deadline_.clear(); }
  /// Whether a passed limit is the client's fault, and counted.
  void mind_limits(bool mind) noexcept { deadline_.mind(mind); }
  /// For what takes the stream over.
  std::variant<PlainStream, TlsStream>& stream() noexcept { return stream_; }

  Core& core;
  ConnectionFacts facts;
  boost::beast::flat_buffer buffer;  ///< read and not used yet

 private:
  Tcp::socket& socket();
  asio::awaitable<bool> write_rest(std::string_view bytes);

  std::variant<PlainStream, TlsStream> stream_;
  Deadline deadline_;
};

}  // namespace virga::http
