// SPDX-License-Identifier: Apache-2.0
#include "api/console-proxy/src/origin.h"

#include <algorithm>

#include "common/error.h"

namespace virga::console_proxy {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

}  // namespace

std::string origin_of(std::string_view url) {
  std::string text(url);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  for (const auto& [scheme, port] :
       {std::pair<std::string_view, std::string_view>{"http://", ":80"}, {"https://", ":443"}}) {
    if (!text.starts_with(scheme)) continue;
    text.resize(std::min(text.find('/', scheme.size()), text.size()));
    if (text.ends_with(port)) text.resize(text.size() - port.size());
    return text.size() > scheme.size() ? text : std::string();
  }
  return {};
}

void require_origin(const http::Request& request, const std::vector<std::string>& allowed) {
  const std::string_view sent = request.header("origin");
  if (sent.empty()) return;
  const std::string origin = origin_of(sent);
  const bool own = !origin.empty() && origin == origin_of(request.base_url);
  const bool known = !origin.empty() && std::any_of(allowed.begin(), allowed.end(), [&](auto& a) {
    return origin_of(a) == origin;
  });
  if (!own && !known)
    throw Error(ErrorKind::forbidden, "Pages of this web site may not open consoles.");
}

}  // namespace virga::console_proxy
