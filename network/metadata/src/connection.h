// SPDX-License-Identifier: Apache-2.0
// One HTTP connection of the metadata server, as a state machine without system calls of its own
// beyond recv and send.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/file.h"
#include "network/metadata/document_file.h"
#include "network/metadata/server.h"

namespace virga::metadata {

using TimePoint = std::chrono::steady_clock::time_point;

/// Gives the document of a peer for a request target; nullopt: not found.
using Lookup =
    std::function<std::optional<Document>(const std::string& peer, std::string_view target)>;

/// Not thread-safe.
class Connection {
 public:
  Connection(UniqueFd socket, std::string peer, const Limits& limits, TimePoint now);

  int fd() const noexcept { return socket_.get(); }
  const std::string& peer() const noexcept { return peer_; }
  bool wants_write() const noexcept { return !out_.empty(); }
  TimePoint deadline() const noexcept { return deadline_; }

  /// Reads or writes what the socket allows. False when the connection is over.
  bool advance(const Lookup& lookup, TimePoint now);

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  bool receive(TimePoint now);
  bool flush(TimePoint now);
  bool parse(const Lookup& lookup, TimePoint now);
  void answer(const Lookup& lookup);
  void reply(unsigned status, std::string_view reason, const Document& document);
  void refuse(unsigned status, std::string_view reason);
  void next_request();

  UniqueFd socket_;
  std::string peer_;
  const Limits& limits_;
  TimePoint deadline_;
  std::string in_;
  std::string out_;
  std::size_t sent_ = 0;
  std::optional<Parser> parser_;
  bool close_after_ = false;
};

}  // namespace virga::metadata
