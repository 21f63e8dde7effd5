// SPDX-License-Identifier: Apache-2.0
// Requests of a command line to REST services: plain HTTP, or TLS as the person trusts it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace virga::http {

/// Which servers are believed to be who they say. Plain HTTP is not checked.
struct RestTrust {
  bool verify = true;
  std::string ca_file;  ///< PEM file or directory of authorities; empty: the system's
};

struct RestRequest {
  std::string method = "GET";
  std::string url;  ///< "https://cloud:8774/compute/v2.1/servers"
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::chrono::seconds limit{60};  ///< for the whole exchange
};

struct RestAnswer {
  int status = 0;
  std::string body;  ///< up to 64 MiB
  std::vector<std::pair<std::string, std::string>> headers;

  /// The first header of that name, in any case; "" when there is none.
  std::string_view header(std::string_view name) const noexcept;
};

/// Sends a request on a connection of its own and waits for the answer. Follows no redirects.
/// @throws Error{invalid} when the URL or a file of authorities cannot be used, Error{unavailable}
/// when the server cannot be reached, is not trusted or does not answer in time
RestAnswer exchange(const RestRequest& request, const RestTrust& trust);

}  // namespace virga::http
