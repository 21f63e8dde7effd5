// SPDX-License-Identifier: Apache-2.0
#include "scheduler/src/image_properties.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "scheduler/src/extra_specs.h"

namespace virga::scheduler {
namespace {

using Properties = std::map<std::string, std::string>;
using Version = std::vector<std::int64_t>;

/// Images made for old releases use the second name.
std::string property(const Properties& properties, const char* name, const char* old_name) {
  for (const auto* key : {name, old_name})
    if (const auto found = properties.find(key); found != properties.end()) return found->second;
  return {};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string architecture(std::string name) {
  name = lower(std::move(name));
  if (name == "amd64" || name == "x86-64") return "x86_64";
  if (name == "i386" || name == "i486" || name == "i586" || name == "x86_32") return "i686";
  return name;
}

std::string hypervisor_type(std::string name) {
  name = lower(std::move(name));
  return name == "xapi" ? "xen" : name;
}

std::string vm_mode(std::string name) {
  name = lower(std::move(name));
  if (name == "pv") return "xen";
  return name == "hv" || name == "baremetal" ? "hvm" : name;
}

std::optional<Version> read_version(std::string_view text) {
  Version version;
  for (;;) {
    std::int64_t part = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc{}) return std::nullopt;
    version.push_back(part);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) break;
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
  while (version.size() > 1 && version.back() == 0) version.pop_back();
  return version;
}

/// 7002022 is 7.2.22.
Version version_of(std::int64_t number) {
  Version version{number / 1000000, number / 1000 % 1000, number % 1000};
  while (version.size() > 1 && version.back() == 0) version.pop_back();
  return version;
}

/// One of a list like ">=2.0,<3".
bool satisfies(const Version& version, std::string_view condition) {
  const auto words = words_of(condition);
  std::string text;
  for (const auto word : words) text += word;
  const auto length = std::min(text.find_first_not_of("<>=!"), text.size());
  const std::string op = text.substr(0, length);
  const auto with = read_version(std::string_view(text).substr(length));
  if (!with) return false;
  if (op == "==") return version == *with;
  if (op == "!=") return version != *with;
  if (op == "<") return version < *with;
  if (op == "<=") return version <= *with;
  if (op == ">") return version > *with;
  return op == ">=" && version >= *with;
}

bool version_fits(std::int64_t has, std::string_view wanted) {
  if (has == 0 || wanted.empty()) return true;
  const Version version = version_of(has);
  for (;;) {
    const auto comma = wanted.find(',');
    if (!satisfies(version, wanted.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    wanted.remove_prefix(comma + 1);
  }
}

bool address_bits_fit(const ClassFacts& facts, const Properties& properties) {
  const auto wanted = properties.find("hw_maxphysaddr_bits");
  const auto has = facts.capabilities.find("cpu_info:maxphysaddr:bits");
  double a = 0;
  double b = 0;
  if (wanted == properties.end() || has == facts.capabilities.end()) return true;
  return read_number(has->second, a) && read_number(wanted->second, b) && a >= b;
}

}  // namespace

bool image_fits(const ClassFacts& facts, const Properties& properties,
                const std::string& default_architecture) {
  std::string machine = property(properties, "hw_architecture", "architecture");
  if (machine.empty()) machine = default_architecture;
  const std::array<std::string, 3> wanted{
      architecture(machine),
      hypervisor_type(property(properties, "img_hv_type", "hypervisor_type")),
      vm_mode(property(properties, "hw_vm_mode", "vm_mode"))};
  if (std::all_of(wanted.begin(), wanted.end(), [](const auto& w) { return w.empty(); }))
    return true;
  const bool supported = std::any_of(
      facts.supported_instances.begin(), facts.supported_instances.end(), [&](const auto& s) {
        const std::array<std::string, 3> has{
            architecture(s.architecture), hypervisor_type(s.hypervisor_type), vm_mode(s.vm_mode)};
        return std::all_of(wanted.begin(), wanted.end(), [&](const auto& w) {
          return w.empty() || std::find(has.begin(), has.end(), w) != has.end();
        });
      });
  return supported &&
         version_fits(facts.hypervisor_version, property(properties, "img_hv_requested_version",
                                                         "hypervisor_version_requires")) &&
         address_bits_fit(facts, properties);
}

}  // namespace virga::scheduler
