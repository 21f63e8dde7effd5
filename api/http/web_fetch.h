// SPDX-License-Identifier: Apache-2.0
// Fetches from places that users name, within what the operator allows.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace virga::http {

/// What may be fetched.
struct WebRules {
  std::vector<std::string> schemes = {"http", "https"};
  std::vector<std::int64_t> ports = {80, 443};
  std::vector<std::string> hosts;  ///< empty: all
  bool private_addresses = false;  ///< loopback, link-local and private ones, too
  std::int64_t most_bytes = 0;
  std::chrono::seconds deadline{3600};
  std::chrono::seconds stall{30};
};

/// True when scheme, host and port of a URI are allowed. The address is checked when it is known.
bool is_allowed(const std::string& uri, const WebRules& rules);

/// True for an address of this machine, its network, or of no single host.
bool is_private_address(const std::string& address);

/// GET into a sink, along at most five redirects, each checked like the first URI. The address that
/// was checked is the one that is connected to.
/// @param is_given_up asked several times a second
/// @throws Error{invalid} with the same sentence for every failure; Error{unavailable} when it is
/// given up; what sink throws
void fetch_web(const std::string& uri, const WebRules& rules,
               const std::function<void(std::string_view)>& sink,
               const std::function<bool()>& is_given_up);

}  // namespace virga::http
