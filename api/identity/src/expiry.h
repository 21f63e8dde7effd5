// SPDX-License-Identifier: Apache-2.0
// "expires_at" in requests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/identity/src/input.h"
#include "common/clock.h"

namespace virga::identity {

/// A time of ISO 8601: "2026-11-21T09:30:00Z", also without seconds or with a fraction, with an
/// offset ("+01:00"); without a zone it is UTC. nullopt when it is something else. Pure.
std::optional<TimeUs> parse_time(std::string_view text);

/// The member "expires_at" of a new delegation; 0 when absent or null: never.
/// @throws Error{invalid} when it is no time or has passed
TimeUs read_expiry(const Input& in, TimeUs now_us);

}  // namespace virga::identity
