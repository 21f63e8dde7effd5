// SPDX-License-Identifier: Apache-2.0
#include "network/metadata/document_file.h"

#include <algorithm>
#include <charconv>

#include "network/metadata/versions.h"

namespace virga::metadata {
namespace {

constexpr std::string_view kHeader = "virga-metadata 1\n";

/// Takes the text up to `end` off the front of `text`; nullopt when `end` is not in it.
std::optional<std::string_view> take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

std::optional<std::size_t> number(std::string_view digits) {
  std::size_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// Segments joined by single slashes, none at either end, without a query.
std::string normalised(std::string_view target) {
  target = target.substr(0, target.find('?'));
  std::string path;
  for (const char c : target)
    if (c != '/' || (!path.empty() && path.back() != '/')) path += c;
  if (!path.empty() && path.back() == '/') path.pop_back();
  return path;
}

template <class Versions>
bool is_version(const Versions& versions, std::string_view word) {
  return std::find(versions.begin(), versions.end(), word) != versions.end();
}

/// "2009-04-04/user-data" -> "latest/user-data", "openstack/2018-08-27/x" -> "openstack/latest/x".
std::string latest_of(const std::string& path) {
  constexpr std::string_view kOpenStack = "openstack/";
  const bool openstack = path.starts_with(kOpenStack);
  const std::size_t from = openstack ? kOpenStack.size() : 0;
  const std::size_t end = std::min(path.find('/', from), path.size());
  const std::string_view version = std::string_view(path).substr(from, end - from);
  const bool known =
      openstack ? is_version(kOpenStackVersions, version) : is_version(kEc2Versions, version);
  if (!known) return path;
  return path.substr(0, from) + "latest" + path.substr(end);
}

std::string_view type_of(std::string_view path) {
  if (path.ends_with(".json")) return "application/json";
  if (path.ends_with("user_data") || path.ends_with("user-data")) return "application/octet-stream";
  return "text/plain; charset=utf-8";
}

/// Names directly below `folder`, one a line; nullopt when there is nothing.
std::optional<std::string> listing(const std::map<std::string_view, std::string_view>& documents,
                                   const std::string& folder) {
  std::map<std::string_view, bool> names;  // -> is a folder
  for (const auto& [path, content] : documents) {
    if (!path.starts_with(folder) || path.size() == folder.size()) continue;
    const std::string_view rest = path.substr(folder.size());
    const std::size_t slash = rest.find('/');
    names[rest.substr(0, slash)] |= slash != std::string_view::npos;
  }
  if (names.empty()) return std::nullopt;
  std::string text;
  for (const auto& [name, is_folder] : names) {
    if (!text.empty()) text += '\n';
    text += name;
    if (is_folder) text += '/';
  }
  return text;
}

}  // namespace

std::string pack_documents(const std::map<std::string, std::string>& documents) {
  std::string packed(kHeader);
  for (const auto& [path, content] : documents)
    packed += path + " " + std::to_string(content.size()) + "\n" + content + "\n";
  return packed;
}

std::optional<std::map<std::string_view, std::string_view>> unpack_documents(
    std::string_view packed) {
  if (!packed.starts_with(kHeader)) return std::nullopt;
  packed.remove_prefix(kHeader.size());
  std::map<std::string_view, std::string_view> documents;
  while (!packed.empty()) {
    const auto path = take_until(packed, ' ');
    const auto digits = take_until(packed, '\n');
    const auto size = digits ? number(*digits) : std::nullopt;
    if (!path || !size || *size >= packed.size() || packed[*size] != '\n') return std::nullopt;
    documents.emplace(*path, packed.substr(0, *size));
    packed.remove_prefix(*size + 1);
  }
  return documents;
}

std::optional<Document> find_document(std::string_view packed, std::string_view target) {
  const auto documents = unpack_documents(packed);
  if (!documents || !target.starts_with('/')) return std::nullopt;
  const std::string path = latest_of(normalised(target));
  const auto exact = documents->find(path);
  if (exact != documents->end()) return Document{std::string(exact->second), type_of(path)};
  auto names = listing(*documents, path + "/");
  if (!names) return std::nullopt;
  return Document{std::move(*names), type_of({})};
}

}  // namespace virga::metadata
