// SPDX-License-Identifier: Apache-2.0
#include "common/yaml_config.h"

#include <yaml-cpp/yaml.h>

#include <set>

#include "common/error.h"

namespace virga {

struct YamlConfig::Node {
  YAML::Node yaml;
  std::string path;  // "virga.yaml: api.tls", for messages
  std::set<std::string> known;
  std::map<std::string, std::vector<std::shared_ptr<Node>>> children;
};

namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
  throw Error(ErrorKind::invalid, where + ": " + why);
}

}  // namespace

YamlConfig::YamlConfig(std::shared_ptr<Node> node) : node_(std::move(node)) {}

YamlConfig YamlConfig::parse(const std::string& text, const std::string& name) {
  auto node = std::make_shared<Node>();
  node->path = name;
  try {
    node->yaml = YAML::Load(text);
  } catch (const YAML::Exception& e) {
    refuse(name, std::string("not valid YAML: ") + e.what());
  }
  if (!node->yaml.IsNull() && !node->yaml.IsMap()) refuse(name, "must be a mapping of keys.");
  return YamlConfig(node);
}

YamlConfig YamlConfig::load(const std::string& path) {
  YAML::Node yaml;
  auto node = std::make_shared<Node>();
  node->path = path;
  try {
    node->yaml = YAML::LoadFile(path);
  } catch (const YAML::BadFile&) {
    refuse(path, "the configuration file cannot be read.");
  } catch (const YAML::Exception& e) {
    refuse(path, std::string("not valid YAML: ") + e.what());
  }
  if (!node->yaml.IsNull() && !node->yaml.IsMap()) refuse(path, "must be a mapping of keys.");
  return YamlConfig(node);
}

std::string YamlConfig::string(const std::string& key, const std::string& fallback) const {
  node_->known.insert(key);
  const YAML::Node value = std::as_const(node_->yaml)[key];
  if (!value.IsDefined() || value.IsNull()) return fallback;
  if (!value.IsScalar()) refuse(node_->path, "'" + key + "' must be a text.");
  return value.Scalar();
}

std::int64_t YamlConfig::integer(const std::string& key, std::int64_t fallback, std::int64_t least,
                                 std::int64_t most) const {
  const std::string text = string(key, "");
  if (text.empty()) return fallback;
  std::size_t end = 0;
  std::int64_t value = 0;
  try {
    value = std::stoll(text, &end);
  } catch (const std::exception&) {
    end = 0;
  }
  if (end != text.size() || value < least || value > most)
    refuse(node_->path, "'" + key + "' must be a number from " + std::to_string(least) + " to " +
                            std::to_string(most) + ".");
  return value;
}

bool YamlConfig::boolean(const std::string& key, bool fallback) const {
  const std::string text = string(key, "");
  if (text.empty()) return fallback;
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  refuse(node_->path, "'" + key + "' must be true or false.");
}

std::vector<std::string> YamlConfig::strings(const std::string& key) const {
  node_->known.insert(key);
  std::vector<std::string> values;
  const YAML::Node list = std::as_const(node_->yaml)[key];
  if (!list.IsDefined() || list.IsNull()) return values;
  if (!list.IsSequence()) refuse(node_->path, "'" + key + "' must be a list.");
  for (const auto& item : list) {
    if (!item.IsScalar()) refuse(node_->path, "'" + key + "' must be a list of texts.");
    values.push_back(item.Scalar());
  }
  return values;
}

YamlConfig YamlConfig::section(const std::string& key) const {
  node_->known.insert(key);
  auto child = std::make_shared<Node>();
  child->path = node_->path + ": " + key;
  const YAML::Node value = std::as_const(node_->yaml)[key];
  if (value.IsDefined() && !value.IsNull()) {
    if (!value.IsMap()) refuse(node_->path, "'" + key + "' must be a mapping of keys.");
    child->yaml = value;
  }
  node_->children[key].push_back(child);
  return YamlConfig(child);
}

std::vector<YamlConfig> YamlConfig::list(const std::string& key) const {
  node_->known.insert(key);
  std::vector<YamlConfig> items;
  const YAML::Node value = std::as_const(node_->yaml)[key];
  if (!value.IsDefined() || value.IsNull()) return items;
  if (!value.IsSequence()) refuse(node_->path, "'" + key + "' must be a list.");
  for (const auto& item : value) {
    if (!item.IsMap()) refuse(node_->path, "'" + key + "' must be a list of mappings.");
    auto child = std::make_shared<Node>();
    child->path = node_->path + ": " + key;
    child->yaml = static_cast<const YAML::Node&>(item);
    node_->children[key].push_back(child);
    items.push_back(YamlConfig(child));
  }
  return items;
}

std::map<std::string, std::string> YamlConfig::texts() const {
  std::map<std::string, std::string> all;
  if (!node_->yaml.IsMap()) return all;
  for (const auto& member : node_->yaml) {
    const std::string key = member.first.as<std::string>();
    if (!member.second.IsScalar()) refuse(node_->path, "'" + key + "' must be a text.");
    node_->known.insert(key);
    all[key] = member.second.Scalar();
  }
  return all;
}

void YamlConfig::ignore(const std::string& key) const {
  node_->known.insert(key);
}

void YamlConfig::check() const {
  if (node_->yaml.IsMap()) {
    for (const auto& member : node_->yaml) {
      const std::string key = member.first.as<std::string>();
      if (!node_->known.contains(key)) refuse(node_->path, "unknown key '" + key + "'.");
    }
  }
  for (const auto& [key, children] : node_->children)
    for (const auto& child : children) YamlConfig(child).check();
}

}  // namespace virga
