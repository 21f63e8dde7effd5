// SPDX-License-Identifier: Apache-2.0
#include "scheduler/src/extra_specs.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "common/error.h"

namespace virga::scheduler {
namespace {

constexpr std::string_view kScope = "capabilities:";
constexpr std::array<std::string_view, 20> kHostAttributes{"cpu_allocation_ratio",
                                                           "disk_allocation_ratio",
                                                           "disk_mb_used",
                                                           "failed_builds",
                                                           "free_disk_mb",
                                                           "free_ram_mb",
                                                           "host",
                                                           "host_ip",
                                                           "hypervisor_hostname",
                                                           "hypervisor_type",
                                                           "hypervisor_version",
                                                           "nodename",
                                                           "num_instances",
                                                           "num_io_ops",
                                                           "ram_allocation_ratio",
                                                           "total_usable_disk_gb",
                                                           "total_usable_ram_mb",
                                                           "uuid",
                                                           "vcpus_total",
                                                           "vcpus_used"};

/// The verdict of an operator with one operand; nullopt when it is none.
std::optional<bool> compare(std::string_view op, std::string_view value, std::string_view with) {
  if (op == "s==") return value == with;
  if (op == "s!=") return value != with;
  if (op == "s<") return value < with;
  if (op == "s<=") return value <= with;
  if (op == "s>") return value > with;
  if (op == "s>=") return value >= with;
  if (op == "<in>") return value.find(with) != std::string_view::npos;
  constexpr std::array<std::string_view, 5> kNumeric{"=", "==", "!=", ">=", "<="};
  if (std::find(kNumeric.begin(), kNumeric.end(), op) == kNumeric.end()) return std::nullopt;
  double a = 0;
  double b = 0;
  if (!read_number(value, a) || !read_number(with, b)) return false;
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  return op == "<=" ? a <= b : a >= b;
}

bool is_operator(std::string_view word) {
  return compare(word, "", "").has_value();
}

void read_trait(Demand& d, const std::string& trait, const std::string& value) {
  if (value == "required") {
    d.required_traits.insert(trait);
  } else if (value == "forbidden") {
    d.forbidden_traits.insert(trait);
  } else {
    throw Error(ErrorKind::invalid,
                "Trait '" + trait + "' must be 'required' or 'forbidden', not '" + value + "'.");
  }
}

void read_resource(Resources& r, const std::string& name, const std::string& value) {
  std::int64_t amount = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), amount);
  if (error != std::errc{} || end != value.data() + value.size() || amount < 0)
    throw Error(ErrorKind::invalid, "Amount '" + value + "' of resource class '" + name +
                                        "' must be a number that is not negative.");
  if (name == "VCPU") {
    r.vcpus = amount;
  } else if (name == "MEMORY_MB") {
    r.memory_mib = amount;
  } else if (name == "DISK_GB") {
    r.disk_gib = amount;
  } else if (amount > 0) {
    r.others[name] = amount;
  } else {
    r.others.erase(name);
  }
}

}  // namespace

bool read_number(std::string_view text, double& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r";
  std::vector<std::string_view> words;
  for (auto at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(kBlanks, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

bool spec_matches(std::string_view value, std::string_view wanted) {
  const auto words = words_of(wanted);
  if (words.empty()) return value == wanted;
  if (words[0] == "<or>") {  // <or> a <or> b
    for (std::size_t i = 1; i < words.size(); i += 2)
      if (words[i] == value) return true;
    return false;
  }
  if (words[0] == "<all-in>")
    return words.size() > 1 &&
           std::all_of(words.begin() + 1, words.end(), [&](std::string_view word) {
             return value.find(word) != std::string_view::npos;
           });
  if (!is_operator(words[0])) return value == wanted;
  return words.size() > 1 && *compare(words[0], value, words[1]);
}

std::vector<CapabilitySpec> capability_specs(const Demand& demand) {
  std::vector<CapabilitySpec> specs;
  for (const auto& [key, wanted] : demand.extra_specs) {
    if (key == "hw:maxphysaddr_bits")
      specs.push_back({"cpu_info:maxphysaddr:bits", ">= " + wanted, true});
    else if (key.starts_with(kScope))
      specs.push_back({key.substr(kScope.size()), wanted, true});
    else if (key.find(':') == std::string::npos)
      specs.push_back({key, wanted, false});
  }
  return specs;
}

bool is_host_attribute(std::string_view name) {
  return std::find(kHostAttributes.begin(), kHostAttributes.end(), name) != kHostAttributes.end();
}

void read_specs(Demand& demand) {
  for (const auto* specs : {&demand.extra_specs, &demand.image_properties})
    for (const auto& [key, value] : *specs)
      if (key.starts_with("trait:")) read_trait(demand, key.substr(6), value);
  for (const auto& [key, value] : demand.extra_specs)
    if (key.starts_with("resources:")) read_resource(demand.resources, key.substr(10), value);
  const auto list = demand.image_properties.find("traits_required");
  if (list != demand.image_properties.end()) {
    std::string blanks = list->second;
    std::replace(blanks.begin(), blanks.end(), ',', ' ');
    for (const auto trait : words_of(blanks)) demand.required_traits.emplace(trait);
  }
  for (const auto& trait : demand.required_traits)
    if (demand.forbidden_traits.count(trait) != 0)
      throw Error(ErrorKind::invalid, "Trait '" + trait + "' is both required and forbidden.");
}

}  // namespace virga::scheduler
