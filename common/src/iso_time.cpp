// SPDX-License-Identifier: Apache-2.0
#include "common/iso_time.h"

#include <charconv>
#include <chrono>

namespace virga {
namespace {

/// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + digits, value);
  if (failure != std::errc{} || end != text.data() + digits || text.front() == '-')
    return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// "Z", "+01:00" or nothing.  @return seconds east of UTC
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0;
  const bool east = text.front() == '+';
  if (!east && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  take(text, ':');
  const auto minutes = text.empty() ? std::optional<int>(0) : take_number(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return (east ? 1 : -1) * (*hours * 3600 + *minutes * 60);
}

}  // namespace

std::optional<TimeUs> parse_iso_time(std::string_view text) {
  int parts[6] = {};
  constexpr char kBefore[] = {0, '-', '-', 'T', ':', ':'};
  constexpr std::size_t kDigits[] = {4, 2, 2, 2, 2, 2};
  for (std::size_t i = 0; i < 6; ++i) {
    if (i > 0 && !take(text, kBefore[i]) && !(i == 3 && take(text, ' '))) return std::nullopt;
    const auto number = take_number(text, kDigits[i]);
    if (!number) return std::nullopt;
    parts[i] = *number;
  }
  if (take(text, '.'))
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  const auto zone = take_zone(text);
  const std::chrono::year_month_day day{std::chrono::year(parts[0]),
                                        std::chrono::month(static_cast<unsigned>(parts[1])),
                                        std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!zone || !text.empty() || !day.ok() || parts[3] > 23 || parts[4] > 59 || parts[5] > 59)
    return std::nullopt;
  const auto days = std::chrono::sys_days(day).time_since_epoch().count();
  return (days * 86400LL + parts[3] * 3600 + parts[4] * 60 + parts[5] - *zone) * kSecondUs;
}

}  // namespace virga
