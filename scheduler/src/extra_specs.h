// SPDX-License-Identifier: Apache-2.0
// The little language of flavors' extra specs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scheduler/request.h"

namespace virga::scheduler {

/// Whether a value is as a spec wants it: "x", ">= 4", "s== x", "<or> a <or> b", "<in> a",
/// "<all-in> a b". What should be a number and is none does not match. Source: Nova, "Compute
/// capabilities filter" of its administrator's guide.
bool spec_matches(std::string_view value, std::string_view wanted);

/// An extra spec that ComputeCapabilitiesFilter reads.
struct CapabilitySpec {
  std::string name;     ///< without its scope: "cpu_info:vendor"
  std::string wanted;   ///< see spec_matches()
  bool scoped = false;  ///< "capabilities:NAME": a host that does not know it is refused
};
std::vector<CapabilitySpec> capability_specs(const Demand& demand);

/// Whether hosts of one class may differ in this: "free_ram_mb", "num_instances", ...
bool is_host_attribute(std::string_view name);

/// A whole text as a number; false when it is none.
bool read_number(std::string_view text, double& number);

/// Words between blanks.
std::vector<std::string_view> words_of(std::string_view text);

}  // namespace virga::scheduler
