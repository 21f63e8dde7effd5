// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "api/identity/policy.h"

namespace virga::identity {

/// The defaults of each service, in any order.
std::span<const PolicyDefault> identity_policies();
std::span<const PolicyDefault> compute_policies();
std::span<const PolicyDefault> image_policies();
std::span<const PolicyDefault> network_policies();
std::span<const PolicyDefault> placement_policies();
/// Virga's own.
std::span<const PolicyDefault> virga_policies();

}  // namespace virga::identity
