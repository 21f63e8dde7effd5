// SPDX-License-Identifier: Apache-2.0
// The tree of path segments in which routes are found. Private to api/http.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/router.h"

namespace virga::http {

/// The routes of one method, with disjoint versions.
using Alternatives = std::vector<std::unique_ptr<Route>>;

struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::unique_ptr<Node> any;
  std::string any_name;
  std::map<std::string, Alternatives, std::less<>> methods;
};

/// The node of a pattern, made if need be.
/// @throws Error{internal} when the pattern contradicts another one; `route` is its name in the
/// text
Node& node_for(Node& root, std::string_view pattern, const std::string& route);

/// The node of a path that has routes, or nullptr; fills the parameters.
/// @throws Error{invalid} when a parameter is not encoded correctly
const Node* find_node(const Node& root, std::string_view path,
                      std::vector<std::pair<std::string, std::string>>& params);

}  // namespace virga::http
