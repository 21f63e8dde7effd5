// SPDX-License-Identifier: Apache-2.0
// One-time passwords of time.  Source: RFC 6238 and RFC 4226, with Keystone's values: HMAC-SHA-1,
// 6 digits, 30 seconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"

namespace virga::identity {

/// The bytes of a base32 text; padding may lack, letters have either case. nullopt when broken.
std::optional<std::string> from_base32(std::string_view text);

/// The number of the 30 seconds that a time lies in.
std::int64_t totp_period(TimeUs now_us);

/// The first time at which the code of a period is refused: it may come one period late.
TimeUs totp_end(std::int64_t period);

/// The 6 digits of one period.
std::string totp_passcode(std::string_view secret, std::int64_t period);

}  // namespace virga::identity
