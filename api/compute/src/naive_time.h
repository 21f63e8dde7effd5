// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "common/clock.h"

namespace virga::compute {

enum class Fraction { absent, present };  ///< of a second

/// A time of UTC without a zone: "2026-11-21T09:30:00", "2026-11-21 09:30:00.5".
/// @param between what stands before the hours  @return nullopt for other texts
std::optional<TimeUs> parse_naive(std::string_view text, char between, Fraction fraction);

/// The first microsecond of a month, `back` months before that of `t`.
TimeUs month_of(TimeUs t, int back = 0);

}  // namespace virga::compute
