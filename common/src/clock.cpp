// SPDX-License-Identifier: Apache-2.0
#include "common/clock.h"

#include <chrono>
#include <cstdio>

namespace virga {
namespace {

/// Writes `digits` decimal digits.
void put(char* at, int digits, unsigned value) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

// By hand: gmtime_r takes a lock of the C library, and documents have several times each.
std::string base_form(TimeUs t) {
  using namespace std::chrono;
  const sys_seconds time{seconds(t / kSecondUs)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::string text = "0000-00-00T00:00:00";
  put(text.data(), 4, static_cast<unsigned>(static_cast<int>(date.year())));
  put(text.data() + 5, 2, static_cast<unsigned>(date.month()));
  put(text.data() + 8, 2, static_cast<unsigned>(date.day()));
  put(text.data() + 11, 2, static_cast<unsigned>(clock.hours().count()));
  put(text.data() + 14, 2, static_cast<unsigned>(clock.minutes().count()));
  put(text.data() + 17, 2, static_cast<unsigned>(clock.seconds().count()));
  return text;
}

std::string with_micros(TimeUs t) {
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06d", static_cast<int>(t % kSecondUs));
  return base_form(t) + fraction;
}

}  // namespace

TimeUs SystemClock::now_us() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string format_seconds(TimeUs t) {
  return base_form(t) + "Z";
}
std::string format_micros(TimeUs t) {
  return with_micros(t) + "Z";
}
std::string format_naive(TimeUs t) {
  return with_micros(t);
}

}  // namespace virga
