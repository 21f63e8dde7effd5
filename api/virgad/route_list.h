// SPDX-License-Identifier: Apache-2.0
// The table of routes for people: what operators read before they override a policy.
#pragma once

#include <string>
#include <vector>

#include "api/http/router.h"
#include "api/virgad/config.h"

namespace virga::virgad {

struct RouteLine {
  std::string pattern;
  std::string method;
  std::string versions;  ///< "2.3-2.9", "2.3-"; "-": all
  std::string policy;

  auto operator<=>(const RouteLine&) const = default;
};

/// "2.3-2.9", "2.3-"; "-": all.
std::string text_of_versions(const http::VersionRange& range);

/// Every route, by pattern, method and versions.
std::vector<RouteLine> list_routes(const http::Router& router);

/// The routes that `config` leads to, clients' and hosts', a line each: method, pattern, policy and
/// versions with tabs between them. Looks at nothing in the state directory.
/// @throws Error when the control plane would not start with the configuration
std::string route_table(Config config);

}  // namespace virga::virgad
