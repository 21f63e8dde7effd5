// SPDX-License-Identifier: Apache-2.0
// Bodies of requests: read whole, or streamed into an upload, at a rate that is not too low.
#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/http/error.hpp>
#include <tuple>

#include "api/http/src/session.h"

namespace virga::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

constexpr std::size_t kBodyRead = 64 * 1024;
constexpr std::size_t kPiece = 1024 * 1024;     // bytes of an upload handled at a time
constexpr std::size_t kPieceRead = 256 * 1024;  // of these, received at a time
constexpr int kClientGone = 499;                // for logs: nobody reads such an answer

}  // namespace

/// Reads more of the body. False: the client is gone or too slow.
asio::awaitable<bool> Session::receive(std::size_t most) {
  const auto earned =
      std::chrono::milliseconds(parser_->received() * 1000 / core_.settings.min_body_rate);
  const Clock::time_point stall = Clock::now() + core_.settings.stall_limit;
  const auto until = std::min(stall, body_start_ + core_.settings.body_grace + earned);
  const bool come = co_await connection_.read(most, until);
  co_return come;
}

/// Tells a client that waits for it to send the body. False when he is gone.
asio::awaitable<bool> Session::invite_body() {
  if (request_.header("expect") != "100-continue") co_return true;
  const bool sent = co_await connection_.write("HTTP/1.1 100 Continue\r\n\r\n");
  co_return sent;
}

/// Reads the body into the request; one that is too large gets a refusal.
/// False when the connection is of no more use.
asio::awaitable<bool> Session::read_body(std::optional<Response>& refusal) {
  const std::uint64_t limit = core_.settings.max_body;
  bool too_large = parser_->content_length().value_or(0) > limit;
  if (!too_large) {
    const bool there = co_await invite_body();
    if (!there) co_return false;
  }
  parser_->take_body(request_.body, limit);
  parser_->eager(true);
  body_start_ = Clock::now();
  auto& buffer = connection_.buffer;
  bool starved = false;
  while (!too_large && !parser_->is_done()) {
    if (starved || buffer.size() == 0) {
      const bool come = co_await receive(kBodyRead);
      if (!come) co_return false;
    }
    beast::error_code failure;
    const std::size_t used = parser_->put(buffer.data(), failure);
    buffer.consume(used);
    too_large = failure == bhttp::error::body_limit;
    starved = failure == bhttp::error::need_more;  // the rest cannot be parsed alone
    if (failure && !too_large && !starved) co_return false;
  }
  if (too_large) {
    refusal = core_.router.error(nullptr, request_, 413, "The request body is too large.");
    keep_ = false;
    unread_ = true;
  }
  co_return true;
}

/// Streams the body into the handler's upload. False when the connection is of no more use.
asio::awaitable<bool> Session::read_upload(const Match& match, Response& response) {
  std::unique_ptr<Upload> upload;
  response = co_await on_pool(core_, [&] {
    Response made = core_.router.guarded(match, request_, [&] {
      upload = match.route->upload(request_);
      return empty_response(100);
    });
    if (!upload) decide(match, made.status);
    return made;
  });
  if (!upload) {  // refused: the body is not read, and the connection cannot be used again
    keep_ = false;
    unread_ = true;
    co_return true;
  }
  bool there = co_await invite_body();
  if (there) there = co_await upload_pieces(match, *upload, response);
  const bool whole = there && response.status == 100;
  response = co_await on_pool(core_, [&] {
    Response made = std::move(response);
    if (made.status == 100) made.status = kClientGone;
    if (whole) made = core_.router.guarded(match, request_, [&] { return upload->finish(); });
    upload.reset();
    decide(match, made.status);
    return made;
  });
  co_return there;
}

/// Reads the body into `piece` until that is large enough or the body ends. False: the client is
/// gone or too slow, or his bytes are wanted no more.
asio::awaitable<bool> Session::fill(std::string& piece) {
  parser_->take_body(piece, kPiece + kPieceRead);
  auto& buffer = connection_.buffer;
  bool starved = false;
  while (piece.size() < kPiece && !parser_->is_done()) {
    if (starved || buffer.size() == 0) {
      if (unwanted_) co_return false;
      const bool come = co_await receive(kPieceRead);
      if (!come) co_return false;
    }
    beast::error_code failure;
    const auto data = buffer.data();
    const std::size_t used =
        parser_->put(asio::const_buffer(data.data(), std::min(data.size(), kPieceRead)), failure);
    buffer.consume(used);
    starved = failure == bhttp::error::need_more;
    if (failure && !starved) co_return false;
  }
  filled_ = Clock::now();
  co_return true;
}

/// Gives a piece to the upload. A refusal ends the fill() that runs at the same time: who waits
/// with the rest of his body would never hear of it otherwise.
asio::awaitable<Response> Session::hand_over(const Match& match, Upload& upload,
                                             const std::string& piece) {
  Response response = co_await on_pool(core_, [&] {
    return core_.router.guarded(match, request_, [&] {
      upload.write(piece);
      return empty_response(100);
    });
  });
  if (response.status != 100) {
    unwanted_ = true;
    connection_.interrupt();
  }
  co_return response;
}

/// One piece is received while the one before is worked on. False when the client is gone.
/// `response` has status 100 when all was taken.
asio::awaitable<bool> Session::upload_pieces(const Match& match, Upload& upload,
                                             Response& response) {
  using asio::experimental::awaitable_operators::operator&&;
  std::string piece;
  std::string next;
  parser_->eager(true);
  body_start_ = Clock::now();
  bool there = co_await fill(next);
  while (there && !next.empty()) {
    piece.swap(next);
    next.clear();
    std::tuple<Response, bool> both = co_await (hand_over(match, upload, piece) && fill(next));
    response = std::move(std::get<0>(both));
    there = std::get<1>(both);
    body_start_ += Clock::now() - filled_;
    if (response.status == 100) continue;
    keep_ = false;
    unread_ = true;
    co_return true;
  }
  co_return there;
}

}  // namespace virga::http
