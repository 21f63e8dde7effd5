// SPDX-License-Identifier: Apache-2.0
// Parsing requests: the request line and headers as handlers see them, and bodies within limits.
// Private to api/http.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace virga::http {

/// Fills a request from the bytes of a connection. What the parser below accepts in more than one
/// way, or only by mistake, is refused here.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(Request& request) : request_(request) {}

  /// Sends the body to `sink`, which may hold at most `limit` bytes at a time; passing it fails
  /// with error::body_limit. Without a call there is no room for any body.
  void take_body(std::string& sink, std::uint64_t limit) noexcept {
    sink_ = &sink;
    limit_ = limit;
  }
  bool has_body() const { return chunked() || content_length().value_or(0) > 0; }
  bool is_http_10() const noexcept { return version_ == 10; }
  /// Of the body, so far.
  std::uint64_t received() const noexcept { return received_; }
  const std::string& target() const noexcept { return target_; }
  int host_headers() const noexcept { return hosts_; }

 private:
  using Text = boost::beast::string_view;
  using Failure = boost::beast::error_code;

  void on_request_impl(boost::beast::http::verb verb, Text method, Text target, int version,
                       Failure& failure) override;
  void on_response_impl(int code, Text reason, int version, Failure& failure) override;
  void on_field_impl(boost::beast::http::field name, Text name_text, Text value,
                     Failure& failure) override;
  void on_header_impl(Failure& failure) override { failure = {}; }
  void on_body_init_impl(boost::optional<std::uint64_t> const& length, Failure& failure) override;
  std::size_t on_body_impl(Text body, Failure& failure) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, Failure& failure) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, Text body, Failure& failure) override;
  void on_finish_impl(Failure& failure) override { failure = {}; }

  Request& request_;
  std::string target_;
  std::string* sink_ = nullptr;
  std::uint64_t limit_ = 0;
  std::uint64_t received_ = 0;
  int version_ = 11;
  int hosts_ = 0;
  bool in_body_ = false;
};

/// Where a request came in.
struct Entrance {
  const std::string& public_url;  ///< "": from the Host header
  const std::string& address;     ///< "127.0.0.1:8774", when that header is no name
  bool tls = false;
};

/// Checks the head that the parser has read, and fills path, query, ids and base_url.
/// @param head the bytes of the head as they came
/// @return 0, or the status of the refusal
int finish_head(Request& request, const RequestParser& parser, std::string_view head,
                const Entrance& entrance);

/// Path and query of a request's target.  @return 0, or the status of the refusal
int fill_target(Request& request, std::string_view target);

/// True for "req-" and a UUID, the only form in which a client's own id is taken.
bool is_request_id(std::string_view text) noexcept;

/// A fresh "req-<uuid>". Names a request; it is no secret.
std::string new_request_id();

}  // namespace virga::http
