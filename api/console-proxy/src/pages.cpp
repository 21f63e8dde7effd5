// SPDX-License-Identifier: Apache-2.0
#include "api/console-proxy/src/pages.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "common/error.h"
#include "common/file.h"

namespace virga::console_proxy {
namespace {

using http::Request;
using http::Response;

constexpr std::int64_t kMaxFile = 4 * 1024 * 1024;
constexpr std::array<const char*, 5> kSegments{"a", "b", "c", "d", "e"};  // as deep as noVNC's tree

constexpr const char* kPage = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Console</title>
<script src="console/page.js" defer></script>
</head>
<body>
<h1>Console</h1>
<p>noVNC is not installed beside this control plane, so that no browser can show the screen. Its
administrator may install the package <code>novnc</code>.</p>
<p>Any program that speaks RFB (VNC) over a WebSocket with binary messages can connect, once, to</p>
<pre id="address"></pre>
</body>
</html>
)";

constexpr const char* kScript = R"("use strict";
const asked = new URLSearchParams(location.search).get("path") || "";
const scheme = location.protocol === "https:" ? "wss://" : "ws://";
document.getElementById("address").textContent = scheme + location.host + "/" + asked;
)";

Response page(std::string body, const char* type) {
  Response response;
  response.body = std::move(body);
  response.content_type = type;
  return response;
}

/// A page may load what is its own, and speak with this control plane alone.
void add_policy(Response& response, const Request& request) {
  std::string sockets = request.base_url;
  sockets.replace(0, 4, "ws");
  response.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
      "base-uri 'none'; form-action 'none'; connect-src 'self' " +
          sockets);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cache-Control", "no-store");
}

/// Everything but letters and digits as %XX.
std::string encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 && byte < 0x80) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

const char* type_of(std::string_view name) {
  static constexpr std::pair<std::string_view, const char*> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".woff", "font/woff"},
      {".ttf", "font/ttf"},
      {".mp3", "audio/mpeg"},
      {".oga", "audio/ogg"}};
  for (const auto& [ending, type] : kTypes)
    if (name.ends_with(ending)) return type;
  return nullptr;
}

/// One name below a folder: no separators, nothing hidden, no "..".
bool is_plain(std::string_view name) {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  });
}

/// The content of a file below a folder, without following links.
std::optional<std::string> read_below(const std::string& directory,
                                      const std::vector<std::string>& names) {
  UniqueFd at(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t i = 0; at && i + 1 < names.size(); ++i)
    at = UniqueFd(
        ::openat(at.get(), names[i].c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!at) return std::nullopt;
  const UniqueFd fd(
      ::openat(at.get(), names.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat facts {};
  if (!fd || ::fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size > kMaxFile)
    return std::nullopt;
  std::string content(static_cast<std::size_t>(facts.st_size), '\0');
  const ssize_t n = ::pread(fd.get(), content.data(), content.size(), 0);
  if (n != facts.st_size) return std::nullopt;
  return content;
}

}  // namespace

/// noVNC takes "path" from its address; everything else of the query is left behind.
Response Pages::show(const Request& request) const {
  Response response;
  if (read_below(directory_, {"vnc.html"})) {
    response.status = 302;
    response.content_type.clear();
    response.headers.emplace_back("Location",
                                  "novnc/vnc.html?autoconnect=true&path=" +
                                      encoded(request.parameter("path").value_or("websockify")));
  } else {
    response = page(kPage, "text/html; charset=utf-8");
  }
  add_policy(response, request);
  return response;
}

Response Pages::file(const Request& request) const {
  std::vector<std::string> names;
  for (const auto& [key, value] : request.params) names.push_back(value);
  const char* type = type_of(names.back());
  std::optional<std::string> content;
  if (type != nullptr && std::all_of(names.begin(), names.end(), is_plain))
    content = read_below(directory_, names);
  if (!content) throw Error(ErrorKind::not_found, "The resource could not be found.");
  Response response = page(std::move(*content), type);
  add_policy(response, request);
  return response;
}

void Pages::add_routes(http::Router& router) const {
  using http::Run;
  router.get(
      "/vnc_auto.html", "public", [this](const Request& r) { return show(r); }, Run::pool);
  router.get(
      "/console/page.js", "public",
      [](const Request&) { return page(kScript, "text/javascript; charset=utf-8"); }, Run::io);
  std::string pattern = "/novnc";
  for (const char* segment : kSegments) {
    pattern += "/{" + std::string(segment) + "}";
    router.get(
        pattern, "public", [this](const Request& r) { return file(r); }, Run::pool);
  }
}

}  // namespace virga::console_proxy
