// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/naive_time.h"

#include <chrono>

namespace virga::compute {
namespace {

using namespace std::chrono;

/// Takes from `least` to `most` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  int value = 0;
  std::size_t digits = 0;
  while (digits < most && digits < text.size() && text[digits] >= '0' && text[digits] <= '9')
    value = value * 10 + (text[digits++] - '0');
  text.remove_prefix(digits);
  return digits < least ? std::nullopt : std::optional(value);
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// One to six digits as microseconds.
std::optional<int> take_fraction(std::string_view& text) {
  const std::size_t before = text.size();
  auto value = take_number(text, 1, 6);
  for (std::size_t digits = before - text.size(); value && digits < 6; ++digits) *value *= 10;
  return value;
}

}  // namespace

std::optional<TimeUs> parse_naive(std::string_view text, char between, Fraction fraction) {
  int parts[6] = {};
  const char before[] = {0, '-', '-', between, ':', ':'};
  for (std::size_t i = 0; i < 6; ++i) {
    if (i > 0 && !take(text, before[i])) return std::nullopt;
    const auto number = take_number(text, i == 0 ? 4 : 1, i == 0 ? 4 : 2);
    if (!number) return std::nullopt;
    parts[i] = *number;
  }
  std::optional<int> micros = 0;
  if (fraction == Fraction::present) micros = take(text, '.') ? take_fraction(text) : std::nullopt;
  const year_month_day date{year(parts[0]), month(static_cast<unsigned>(parts[1])),
                            day(static_cast<unsigned>(parts[2]))};
  if (!micros || !text.empty() || !date.ok() || parts[0] < 1 || parts[3] > 23 || parts[4] > 59 ||
      parts[5] > 59)
    return std::nullopt;
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  return (days * 86400 + parts[3] * 3600 + parts[4] * 60 + parts[5]) * kSecondUs + *micros;
}

TimeUs month_of(TimeUs t, int back) {
  const year_month_day date(floor<days>(sys_time<microseconds>(microseconds(t))));
  const year_month_day first = date.year() / date.month() / day(1);
  return sys_time<microseconds>(sys_days(first - months(back))).time_since_epoch().count();
}

}  // namespace virga::compute
