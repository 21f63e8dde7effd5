// SPDX-License-Identifier: Apache-2.0
// One connection's requests, one after the other. Private to api/http.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "api/http/src/connection.h"
#include "api/http/src/request_head.h"

namespace virga::http {

/// A connection and the request it is busy with. Reading bodies is in session_body.cpp, sending
/// answers in session_send.cpp.
class Session {
 public:
  Session(Core& core, Deadlines& deadlines, Tcp::socket socket, ConnectionFacts facts);

  /// Until the client closes or a limit is passed.
  asio::awaitable<void> serve();

 private:
  using Clock = std::chrono::steady_clock;

  asio::awaitable<bool> serve_one();
  asio::awaitable<int> read_head();
  asio::awaitable<void> refuse_head(int status);
  asio::awaitable<void> upgrade(const Match& match);
  asio::awaitable<bool> process(const Match& match, Response& response);
  std::optional<Response> refuse_early(const Match& match);
  asio::awaitable<Response> handle(const Match& match);
  asio::awaitable<bool> read_body(std::optional<Response>& refusal);
  asio::awaitable<bool> read_upload(const Match& match, Response& response);
  asio::awaitable<bool> upload_pieces(const Match& match, Upload& upload, Response& response);
  asio::awaitable<Response> hand_over(const Match& match, Upload& upload, const std::string& piece);
  asio::awaitable<bool> fill(std::string& piece);
  asio::awaitable<bool> invite_body();
  asio::awaitable<bool> receive(std::size_t most);
  asio::awaitable<void> drain();

  asio::awaitable<void> answer(Response response, const Match& match);
  void append_head(const Response& response, const Match& match);
  asio::awaitable<bool> send_file(FileBody& file);
  asio::awaitable<bool> send_pieces(Response& response);
  Exchange exchange(const Match& match, int status) const;
  void decide(const Match& match, int status) const;
  bool has_no_body(int status) const;
  void shed();

  Connection connection_;
  Core& core_;
  Request request_;
  std::optional<RequestParser> parser_;
  Tally::Entry place_;            // of the caller, while the request may use the pool
  std::string out_;               // what is sent next
  Clock::time_point start_;       // the head was there
  Clock::time_point body_start_;  // later by the time that was not spent waiting for the client
  Clock::time_point filled_;      // a piece of an upload was there
  std::uint64_t sent_ = 0;        // bytes of the answer's body
  bool keep_ = true;              // another request may follow
  bool unwanted_ = false;         // the rest of the body is not to be waited for
  bool unread_ = false;           // an answer was given before the request was read to its end
};

}  // namespace virga::http
