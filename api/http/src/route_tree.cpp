// SPDX-License-Identifier: Apache-2.0
#include "api/http/src/route_tree.h"

#include <algorithm>
#include <array>
#include <boost/url/pct_string_view.hpp>

namespace virga::http {
namespace {

constexpr std::size_t kMaxSegments = 32;
constexpr std::size_t kMaxSegment = 1024;  // bytes, as sent

/// The parts between slashes, on the stack.
struct Segments {
  std::array<std::string_view, kMaxSegments> part;
  std::size_t count = 0;
  bool too_many = false;
};

Segments segments_of(std::string_view path) {
  Segments segments;
  while (!path.empty()) {
    if (path.front() == '/') {
      path.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.too_many = segments.too_many || segments.count == kMaxSegments || end > kMaxSegment;
    if (segments.too_many) return segments;
    segments.part[segments.count++] = path.substr(0, end);
    path.remove_prefix(end);
  }
  return segments;
}

/// The value of a path segment; segments that do not decode match no route.
std::string decoded(std::string_view segment) {
  const auto checked = boost::urls::make_pct_string_view({segment.data(), segment.size()});
  if (!checked) throw Error(ErrorKind::invalid, "The path is not encoded correctly.");
  std::string value = checked->decode();
  if (value.find('\0') != std::string::npos)
    throw Error(ErrorKind::invalid, "The path has a character that is not allowed.");
  return value;
}

/// Literal children win over the parameter, at each level.
const Node* descend(const Node& node, const Segments& path, std::size_t depth,
                    std::vector<std::pair<std::string, std::string>>& params) {
  if (depth == path.count) return node.methods.empty() ? nullptr : &node;
  if (const auto it = node.literal.find(path.part[depth]); it != node.literal.end())
    if (const Node* found = descend(*it->second, path, depth + 1, params)) return found;
  if (!node.any) return nullptr;
  params.emplace_back(node.any_name, decoded(path.part[depth]));
  if (const Node* found = descend(*node.any, path, depth + 1, params)) return found;
  params.pop_back();
  return nullptr;
}

Node& child_of(Node& node, std::string_view segment, const std::string& name) {
  if (segment.front() != '{') {
    auto& child = node.literal[std::string(segment)];
    if (!child) child = std::make_unique<Node>();
    return *child;
  }
  const std::string_view parameter = segment.substr(1, segment.size() - 2);
  if (!node.any) {
    node.any = std::make_unique<Node>();
    node.any_name = parameter;
  } else if (node.any_name != parameter) {
    throw Error(ErrorKind::internal, "Route " + name + " calls a parameter '" +
                                         std::string(parameter) + "' that another route calls '" +
                                         node.any_name + "'.");
  }
  return *node.any;
}

}  // namespace

Node& node_for(Node& root, std::string_view pattern, const std::string& route) {
  Node* node = &root;
  const Segments segments = segments_of(pattern);
  if (segments.too_many) throw Error(ErrorKind::internal, "Route " + route + " is too long.");
  for (std::size_t i = 0; i < segments.count; ++i) node = &child_of(*node, segments.part[i], route);
  return *node;
}

const Node* find_node(const Node& root, std::string_view path,
                      std::vector<std::pair<std::string, std::string>>& params) {
  const Segments segments = segments_of(path);
  return segments.too_many ? nullptr : descend(root, segments, 0, params);
}

}  // namespace virga::http
