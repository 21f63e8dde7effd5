// SPDX-License-Identifier: Apache-2.0
// The standard names of traits and resource classes. Private to api/placement.
#pragma once

#include <string_view>
#include <vector>

namespace virga::placement {

/// Ordered by name.
const std::vector<std::string_view>& standard_traits();
const std::vector<std::string_view>& standard_classes();
bool is_standard_trait(std::string_view name);
bool is_standard_class(std::string_view name);

}  // namespace virga::placement
