// SPDX-License-Identifier: Apache-2.0
#include "api/http/src/request_head.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "common/random.h"

namespace virga::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

bool fill_target(Request& request, std::string_view target) {
  const auto url = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!url) return false;
  const auto path = url->encoded_path();
  request.path.assign(path.data(), path.size());
  for (const auto& param : url->params()) request.query.emplace_back(param.key, param.value);
  return true;
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':' ||
           c == '[' || c == ']';
  });
}

}  // namespace

bool read_head(Request& request, const HeaderParser& parser, const Core& core,
               const ConnectionFacts& facts) {
  const auto& message = parser.get();
  request.headers.reserve(16);
  request.method = message.method_string();
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    // The parser takes every other encoding for none, and would read its body as the next request.
    if (field.name() == bhttp::field::transfer_encoding &&
        !beast::iequals(field.value(), "chunked"))
      return false;
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  request.peer = facts.peer;
  request.certificate_sha256 = facts.certificate_sha256;
  request.request_id = "req-" + new_uuid();
  request.base_url = core.settings.public_url;
  if (request.base_url.empty()) {
    const std::string_view host = request.header("host");
    request.base_url = facts.tls ? "https://" : "http://";
    if (is_host(host))
      request.base_url += host;
    else
      request.base_url += core.settings.address + ":" + std::to_string(core.settings.port);
  }
  const auto target = message.target();
  return fill_target(request, {target.data(), target.size()});
}

}  // namespace virga::http
