// SPDX-License-Identifier: Apache-2.0
#include "api/http/version.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "api/http/message.h"

namespace virga::http {
namespace {

constexpr std::size_t kMaxShown = 64;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// The version for `type` in "compute 2.1, volume 3.0": the last one counts.
std::optional<std::string_view> entry_for(std::string_view list, std::string_view type) {
  std::optional<std::string_view> found;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view entry = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    const std::size_t blank = entry.find_first_of(" \t");
    if (blank != std::string_view::npos && same_ignoring_case(entry.substr(0, blank), type))
      found = trimmed(entry.substr(blank));
  }
  return found;
}

std::optional<std::string_view> asked_version(const Microversions& versions,
                                              const Request& request) {
  std::optional<std::string_view> found;
  for (const auto& [name, value] : request.headers)
    if (name == "openstack-api-version")
      if (const auto here = entry_for(value, versions.type)) found = here;
  if (found || versions.legacy.empty()) return found;
  for (const auto& [name, value] : request.headers)
    if (same_ignoring_case(name, versions.legacy)) return trimmed(value);
  return std::nullopt;
}

std::string sentence(const Microversions& versions, std::string_view asked, int status) {
  const std::string shown(asked.substr(0, kMaxShown));
  if (versions.refusal) return versions.refusal(versions, shown, status);
  if (status == 400)
    return "API Version String " + shown +
           " is of invalid format. Must be of format MajorNum.MinorNum.";
  return "Version " + shown + " is not supported by the API. Minimum is " +
         versions.range.least.text() + " and maximum is " + versions.range.most.text() + ".";
}

/// A decimal number without sign or leading zeros.
std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || text.front() == '-')
    return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

}  // namespace

std::string ApiVersion::text() const {
  return std::to_string(major) + "." + std::to_string(minor);
}

bool Microversions::covers(std::string_view request_path) const noexcept {
  return request_path.starts_with(path) &&
         (request_path.size() == path.size() || request_path[path.size()] == '/');
}

ApiVersion parse_version(std::string_view text) noexcept {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return {};
  const auto major = number(text.substr(0, dot));
  const auto minor = number(text.substr(dot + 1));
  if (!major || !minor || *major == 0) return {};
  return {*major, *minor};
}

Negotiated negotiate(const Microversions& versions, const Request& request) {
  const auto asked = asked_version(versions, request);
  if (!asked) return {versions.range.least, 0, {}};
  if (*asked == "latest") return {versions.range.most, 0, {}};
  const ApiVersion version = parse_version(*asked);
  if (!version.is_set()) return {{}, 400, sentence(versions, *asked, 400)};
  if (versions.range.contains(version)) return {version, 0, {}};
  return {version, 406, sentence(versions, *asked, 406)};
}

}  // namespace virga::http
