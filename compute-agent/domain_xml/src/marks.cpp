// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstring>
#include <pugixml.hpp>
#include <string_view>

#include "compute-agent/domain_xml/domain_xml.h"

namespace virga::agent {
namespace {

std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child_called(pugi::xml_node parent, std::string_view name) {
  for (const pugi::xml_node node : parent.children())
    if (local_name(node) == name) return node;
  return {};
}

bool is_ours(pugi::xml_node element) {
  for (const pugi::xml_attribute attribute : element.attributes())
    if (std::strncmp(attribute.name(), "xmlns", 5) == 0 &&
        std::strcmp(attribute.value(), kMetadataNamespace) == 0)
      return true;
  return false;
}

pugi::xml_node find_element(const pugi::xml_document& document) {
  const pugi::xml_node root = document.document_element();
  if (local_name(root) == "instance") return root;
  for (const pugi::xml_node node : root.child("metadata").children())
    if (local_name(node) == "instance" && is_ours(node)) return node;
  return {};
}

/// A number of ours in the text; nullopt when there is none.
std::optional<std::int64_t> read_number(const std::string& xml, std::string_view name) {
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size())) return std::nullopt;
  const pugi::xml_node node = child_called(find_element(document), name);
  const std::string_view digits = node.text().get();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 0)
    return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::int64_t> read_run_epoch(const std::string& xml) {
  return read_number(xml, "run_epoch");
}

std::int64_t read_disk_number(const std::string& xml) {
  return read_number(xml, "disk").value_or(1);
}

}  // namespace virga::agent
