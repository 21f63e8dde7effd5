// SPDX-License-Identifier: Apache-2.0
#include "api/http/src/request_head.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "common/random.h"

namespace virga::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

constexpr std::size_t kMaxHeaders = 100;
constexpr std::size_t kMaxTarget = 8 * 1024;
constexpr std::size_t kMaxParameters = 512;
constexpr std::size_t kMaxParameter = 4 * 1024;  // bytes of a name or value, decoded
constexpr std::size_t kUuid = 16;                // bytes
constexpr std::size_t kUuidsAtOnce = 32;

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':' ||
           c == '[' || c == ']';
  });
}

/// Lines that go on in the next one were given up by RFC 9112 because readers disagree on them.
bool has_folded_line(std::string_view head) {
  return head.find("\n ") != std::string_view::npos || head.find("\n\t") != std::string_view::npos;
}

std::string base_url_of(const Request& request, const Entrance& entrance) {
  if (!entrance.public_url.empty()) return entrance.public_url;
  const std::string_view host = request.header("host");
  std::string url = entrance.tls ? "https://" : "http://";
  url += is_host(host) ? host : std::string_view(entrance.address);
  return url;
}

}  // namespace

void RequestParser::on_request_impl(bhttp::verb, Text method, Text target, int version,
                                    Failure& failure) {
  failure = {};
  if (target.size() > kMaxTarget + 1) target = target.substr(0, kMaxTarget + 1);
  request_.method.assign(method.data(), method.size());
  target_.assign(target.data(), target.size());
  version_ = version;
}

void RequestParser::on_response_impl(int, Text, int, Failure& failure) {
  failure = bhttp::error::bad_version;
}

void RequestParser::on_field_impl(bhttp::field name, Text name_text, Text value, Failure& failure) {
  failure = {};
  if (in_body_) return;  // trailers: nobody asks for them
  if (request_.headers.size() == kMaxHeaders) {
    failure = bhttp::error::header_limit;
    return;
  }
  // The parser takes every other encoding for none, and would read its body as the next request.
  if (name == bhttp::field::transfer_encoding && !beast::iequals(value, "chunked"))
    failure = bhttp::error::bad_transfer_encoding;
  if (name == bhttp::field::host) ++hosts_;
  auto& [key, text] = request_.headers.emplace_back();
  key.assign(name_text.data(), name_text.size());
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  text.assign(value.data(), value.size());
}

void RequestParser::on_body_init_impl(boost::optional<std::uint64_t> const&, Failure& failure) {
  failure = {};
  in_body_ = true;
}

std::size_t RequestParser::on_body_impl(Text body, Failure& failure) {
  failure = {};
  if (sink_ == nullptr || body.size() > limit_ - std::min<std::uint64_t>(sink_->size(), limit_)) {
    failure = bhttp::error::body_limit;
    return 0;
  }
  sink_->append(body.data(), body.size());
  received_ += body.size();
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, Text, Failure& failure) {
  failure = {};
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, Failure& failure) {
  return on_body_impl(body, failure);
}

int fill_target(Request& request, std::string_view target) {
  if (target.size() > kMaxTarget) return 414;
  const auto url = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!url) return 400;
  const auto path = url->encoded_path();
  request.path.assign(path.data(), path.size());
  if (!url->has_query()) return 0;
  for (const auto& param : url->params()) {
    if (request.query.size() == kMaxParameters || param.key.size() > kMaxParameter ||
        param.value.size() > kMaxParameter)
      return 400;
    request.query.emplace_back(param.key, param.value);
  }
  return 0;
}

int finish_head(Request& request, const RequestParser& parser, std::string_view head,
                const Entrance& entrance) {
  request.request_id = new_request_id();
  if (has_folded_line(head)) return 400;
  const int hosts = parser.host_headers();
  if (hosts > 1 || (hosts == 0 && !parser.is_http_10())) return 400;
  request.base_url = base_url_of(request, entrance);
  const std::string_view global = request.header("x-openstack-request-id");
  if (is_request_id(global)) request.global_request_id = global;
  return fill_target(request, parser.target());
}

bool is_request_id(std::string_view text) noexcept {
  return text.size() == 40 && text.starts_with("req-") && is_uuid_like(text.substr(4));
}

std::string new_request_id() {
  // One call of the kernel for many ids.
  thread_local std::array<unsigned char, kUuid * kUuidsAtOnce> random;
  thread_local std::size_t used = random.size();
  if (used == random.size()) {
    const std::string fresh = random_bytes(random.size());
    std::copy(fresh.begin(), fresh.end(), random.begin());
    used = 0;
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string id = "req-00000000-0000-4000-8000-000000000000";
  std::size_t at = 4;
  for (std::size_t i = 0; i < kUuid; ++i) {
    if (id[at] == '-') ++at;
    const unsigned byte = random[used++];
    id[at++] = kDigits[byte >> 4U];
    id[at++] = kDigits[byte & 15U];
  }
  id[18] = '4';                                              // version: random
  id[23] = "89ab"[static_cast<unsigned char>(id[23]) & 3U];  // variant
  return id;
}

}  // namespace virga::http
