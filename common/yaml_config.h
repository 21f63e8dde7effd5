// SPDX-License-Identifier: Apache-2.0
// The configuration file: typed access to a YAML document that refuses keys nobody reads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace virga {

/// One mapping of the configuration. Reading marks a key as known; check() refuses the rest, so
/// that a typo is found at start. Copies share the marks.
class YamlConfig {
 public:
  /// @throws Error{invalid} when the file is missing or is not YAML
  static YamlConfig load(const std::string& path);
  static YamlConfig parse(const std::string& text, const std::string& name);

  std::string string(const std::string& key, const std::string& fallback) const;
  std::int64_t integer(const std::string& key, std::int64_t fallback, std::int64_t least,
                       std::int64_t most) const;
  bool boolean(const std::string& key, bool fallback) const;
  std::vector<std::string> strings(const std::string& key) const;
  /// The mapping under `key`; an empty one when it is not there.
  YamlConfig section(const std::string& key) const;
  /// The mappings of the list under `key`.
  std::vector<YamlConfig> list(const std::string& key) const;

  /// Every key of this mapping with its text.  @throws Error{invalid} when a value is not a text
  std::map<std::string, std::string> texts() const;

  /// Lets a key stand that another program of ours reads.
  void ignore(const std::string& key) const;

  /// @throws Error{invalid} naming the first key, at any depth, that was never read
  void check() const;

 private:
  struct Node;
  explicit YamlConfig(std::shared_ptr<Node> node);
  std::shared_ptr<Node> node_;
};

}  // namespace virga
