// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "common/clock.h"

namespace virga {

/// A time of ISO 8601, "2026-11-21T09:30:00Z": also with a space for the T, a fraction, which is
/// dropped, or an offset ("+01:00"); without a zone it is UTC. nullopt when it is something else.
std::optional<TimeUs> parse_iso_time(std::string_view text);

}  // namespace virga
