// SPDX-License-Identifier: Apache-2.0
// Which extra specs are known, and what their values must be. Pure.
#pragma once

#include <string>
#include <string_view>

namespace virga::compute {

/// Names outside of the known name spaces may be anything.  Source: Nova, "Extra specs" reference.
/// @throws Error{invalid} for an unknown name in a known name space, or a value that it cannot have
void require_extra_spec(std::string_view name, const std::string& value);

}  // namespace virga::compute
