// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/url/pct_string_view.hpp>

#include "api/http/router.h"
#include "api/identity/access_rules.h"

namespace virga::identity {
namespace {

enum class Kind { literal, part, rest };

struct Step {
  Kind kind = Kind::literal;
  char character = 0;
};

std::vector<Step> steps_of(std::string_view pattern) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::size_t close = pattern[i] == '{' ? pattern.find('}', i) : std::string_view::npos;
    if (close != std::string_view::npos) {
      steps.push_back({Kind::part});
      i = close;
    } else if (pattern[i] == '*' && i + 1 < pattern.size() && pattern[i + 1] == '*') {
      steps.push_back({Kind::rest});
      ++i;
    } else if (pattern[i] == '*') {
      steps.push_back({Kind::part});
    } else {
      steps.push_back({Kind::literal, pattern[i]});
    }
  }
  return steps;
}

}  // namespace

bool path_matches(std::string_view pattern, std::string_view path) {
  const std::vector<Step> steps = steps_of(pattern);
  // at[i]: the text so far can be matched by the first i steps; inside[i]: and step i, a part, has
  // taken at least one character.
  std::vector<bool> at(steps.size() + 1, false);
  std::vector<bool> inside(steps.size() + 1, false);
  const auto skip_rests = [&] {
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (at[i] && steps[i].kind == Kind::rest) at[i + 1] = true;
  };
  at[0] = true;
  skip_rests();
  for (const char c : path) {
    std::vector<bool> next(steps.size() + 1, false);
    std::vector<bool> next_inside(steps.size() + 1, false);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Step& step = steps[i];
      if (step.kind == Kind::literal && at[i] && step.character == c) next[i + 1] = true;
      if (step.kind == Kind::part && c != '/' && (at[i] || inside[i]))
        next[i + 1] = next_inside[i] = true;
      if (step.kind == Kind::rest && at[i]) next[i] = true;
    }
    at = std::move(next);
    inside = std::move(next_inside);
    skip_rests();
  }
  return at[steps.size()];
}

std::string rule_path(const http::Request& request) {
  std::string_view rest = request.path;
  if (request.service != nullptr) rest.remove_prefix(request.service->prefix.size());
  std::string path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const auto segment = boost::urls::make_pct_string_view({rest.data(), end});
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (end == 0) continue;
    const std::string decoded = segment ? segment->decode() : "/";
    if (decoded.find('/') != std::string::npos) return {};
    path += "/" + decoded;
  }
  return path;
}

bool allowed_by(const std::vector<http::AccessRule>& rules, const http::Request& request) {
  if (rules.empty()) return true;
  const std::string_view service =
      request.service == nullptr ? std::string_view() : std::string_view(request.service->type);
  const std::string path = rule_path(request);
  if (service == "identity" && request.method == "GET" && path == "/v3/auth/tokens") return true;
  return std::any_of(rules.begin(), rules.end(), [&](const http::AccessRule& rule) {
    return rule.service == service && rule.method == request.method && !path.empty() &&
           path_matches(rule.path, path);
  });
}

}  // namespace virga::identity
