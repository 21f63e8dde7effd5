// SPDX-License-Identifier: Apache-2.0
#include "network/metadata/src/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cerrno>

namespace virga::metadata {
namespace http = boost::beast::http;

Connection::Connection(UniqueFd socket, std::string peer, const Limits& limits, TimePoint now)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      limits_(limits),
      deadline_(now + limits.idle) {
  next_request();
}

void Connection::next_request() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.request_bytes));
}

bool Connection::advance(const Lookup& lookup, TimePoint now) {
  if (wants_write()) {
    if (!flush(now)) return false;
  } else if (!receive(now)) {
    return false;
  }
  // Requests may have been sent ahead: each is answered only when the answer before it is out.
  while (!wants_write() && parse(lookup, now))
    if (!flush(now)) return false;
  return true;
}

bool Connection::receive(TimePoint now) {
  char chunk[4096];
  const std::size_t room = limits_.request_bytes + 1 - std::min(in_.size(), limits_.request_bytes);
  const ssize_t n = ::recv(fd(), chunk, std::min(sizeof chunk, room), MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  if (in_.empty()) deadline_ = now + limits_.request;
  in_.append(chunk, static_cast<std::size_t>(n));
  return true;
}

bool Connection::flush(TimePoint now) {
  while (sent_ < out_.size()) {
    const ssize_t n =
        ::send(fd(), out_.data() + sent_, out_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN;
    sent_ += static_cast<std::size_t>(n);
  }
  out_.clear();
  out_.shrink_to_fit();  // user data may be large, idle connections many
  sent_ = 0;
  deadline_ = now + (in_.empty() ? limits_.idle : limits_.request);
  return !close_after_;
}

/// True when an answer was put into out_.
bool Connection::parse(const Lookup& lookup, TimePoint now) {
  if (in_.empty()) return false;
  boost::system::error_code failure;
  const std::size_t used = parser_->put(boost::asio::buffer(in_), failure);
  in_.erase(0, used);
  if (failure == http::error::need_more) {
    if (in_.size() <= limits_.request_bytes) return false;
    refuse(431, "Request Header Fields Too Large");
  } else if (failure == http::error::header_limit) {
    refuse(431, "Request Header Fields Too Large");
  } else if (failure || parser_->chunked() || parser_->content_length().value_or(0) != 0) {
    refuse(400, "Bad Request");
  } else if (!parser_->is_done()) {
    return false;
  } else {
    answer(lookup);
    next_request();
  }
  deadline_ = now + limits_.response;
  return true;
}

void Connection::answer(const Lookup& lookup) {
  const auto& request = parser_->get();
  close_after_ = !request.keep_alive();
  if (request.method() != http::verb::get) {
    refuse(405, "Method Not Allowed");
    return;
  }
  const auto target = request.target();
  const auto found = lookup(peer_, {target.data(), target.size()});
  constexpr std::string_view kPlain = "text/plain; charset=utf-8";
  if (found)
    reply(200, "OK", *found);
  else
    reply(404, "Not Found", {"Not Found", kPlain});
}

void Connection::refuse(unsigned status, std::string_view reason) {
  close_after_ = true;
  in_.clear();
  reply(status, reason, {std::string(reason), "text/plain; charset=utf-8"});
}

void Connection::reply(unsigned status, std::string_view reason, const Document& document) {
  out_ = "HTTP/1.1 " + std::to_string(status) + " ";
  out_ += reason;
  out_ += "\r\nContent-Type: ";
  out_ += document.type;
  out_ += "\r\nContent-Length: " + std::to_string(document.content.size());
  if (status == 405) out_ += "\r\nAllow: GET";
  out_ += "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: ";
  out_ += close_after_ ? "close\r\n\r\n" : "keep-alive\r\n\r\n";
  out_ += document.content;
}

}  // namespace virga::metadata
