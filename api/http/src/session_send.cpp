// SPDX-License-Identifier: Apache-2.0
// Sending answers: whole, from a file, or piece by piece as they are made.
#include <unistd.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <charconv>

#include "api/http/src/session.h"
#include "common/log.h"

namespace virga::http {
namespace {

constexpr std::size_t kFilePiece = 256 * 1024;
constexpr std::size_t kMostCopied = 64 * 1024;  // of a body, to send it with its head

void append_number(std::string& out, std::uint64_t n, int base = 10) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, n, base).ptr);
}

void append_status_line(std::string& out, int status) {
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(status));
  out += ' ';
  out.append(reason.data(), reason.size());
  out += "\r\n";
}

/// A value that would end its line could forge another header: such a header is left out.
void append_header(std::string& out, std::string_view name, std::string_view value) {
  static constexpr std::string_view kForbidden("\r\n\0", 3);
  if (value.find_first_of(kForbidden) != std::string_view::npos) {
    log::error("a header's value was not sent", {{"header", std::string(name)}});
    return;
  }
  out.append(name).append(": ").append(value).append("\r\n");
}

/// Empty when there are none; the reason is in the log.
std::string_view next_piece(FileBody& file, std::size_t want) {
  try {
    return file.source->read(file.offset, want);
  } catch (const std::exception& e) {
    log::error("a body ends early", {{"error", e.what()}});
    return {};
  }
}

}  // namespace

bool Session::has_no_body(int status) const {
  return status == 204 || status == 304 || request_.method == "HEAD";
}

/// Everything up to the body, into out_.
void Session::append_head(const Response& response, const Match& match) {
  out_.clear();
  append_status_line(out_, response.status);
  if (!response.content_type.empty()) append_header(out_, "Content-Type", response.content_type);
  out_.append("X-Openstack-Request-Id: ").append(request_.request_id);
  out_ += "\r\nX-Content-Type-Options: nosniff\r\n";
  core_.router.append_headers(out_, match.service, request_);
  for (const auto& [name, value] : response.headers) append_header(out_, name, value);
  if (response.pieces) {
    if (!parser_->is_http_10()) out_ += "Transfer-Encoding: chunked\r\n";
  } else if (response.status != 204 && response.status != 304) {
    out_ += "Content-Length: ";
    append_number(out_, response.file ? static_cast<std::uint64_t>(response.file->size)
                                      : response.body.size());
    out_ += "\r\n";
  }
  if (!keep_)
    out_ += "Connection: close\r\n";
  else if (parser_->is_http_10())
    out_ += "Connection: keep-alive\r\n";
  out_ += "\r\n";
}

asio::awaitable<void> Session::answer(Response response, const Match& match) {
  if (response.pieces && parser_->is_http_10()) keep_ = false;  // its end is the connection's
  append_head(response, match);
  bool sent = true;
  if (has_no_body(response.status)) {
    sent = co_await connection_.write(out_);
  } else if (response.pieces) {
    sent = co_await send_pieces(response);
  } else if (response.file) {
    sent = co_await connection_.write(out_);
    if (sent) sent = co_await send_file(*response.file);
  } else if (response.body.size() <= kMostCopied) {
    out_ += response.body;
    sent_ = response.body.size();
    sent = co_await connection_.write(out_);
  } else {
    sent = co_await connection_.write(out_);
    if (sent) sent = co_await connection_.write(response.body);
    sent_ = response.body.size();
  }
  keep_ = keep_ && sent;
  if (core_.observer != nullptr) core_.observer->answered(exchange(match, response.status));
}

asio::awaitable<bool> Session::send_file(FileBody& file) {
  while (file.size > 0) {
    const auto want = static_cast<std::size_t>(std::min<std::int64_t>(file.size, kFilePiece));
    const std::string_view piece = co_await on_pool(core_, [&] { return next_piece(file, want); });
    // The length is promised already: only closing tells the client.
    if (piece.empty()) co_return false;
    const bool sent = co_await connection_.write(piece);
    if (!sent) co_return false;
    file.offset += static_cast<std::int64_t>(piece.size());
    file.size -= static_cast<std::int64_t>(piece.size());
    sent_ += static_cast<std::uint64_t>(piece.size());
  }
  co_return true;
}

/// The head is in out_, the first piece in the response's body. One piece is held at a time.
asio::awaitable<bool> Session::send_pieces(Response& response) {
  const bool chunked = !parser_->is_http_10();
  std::string piece = std::move(response.body);
  for (bool more = true;;) {
    if (!piece.empty()) {
      sent_ += piece.size();
      if (chunked) {
        append_number(out_, piece.size(), 16);
        out_ += "\r\n";
      }
      out_ += piece;
      if (chunked) out_ += "\r\n";
    }
    if (!more && chunked) out_ += "0\r\n\r\n";
    const bool sent = co_await connection_.write(out_);
    if (!sent) co_return false;
    if (!more) co_return true;
    out_.clear();
    piece.clear();
    try {
      more = co_await on_pool(core_, [&] { return response.pieces(piece); });
    } catch (const std::exception& e) {
      log::error("an answer broke off", {{"request", request_.request_id}, {"error", e.what()}});
      co_return false;
    }
  }
}

}  // namespace virga::http
