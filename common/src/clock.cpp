// SPDX-License-Identifier: Apache-2.0
#include "common/clock.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace virga {
namespace {

std::string base_form(TimeUs t) {
  const std::time_t seconds = t / kSecondUs;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return std::string(text, n);
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

std::string format_seconds(TimeUs t) { return base_form(t) + "Z"; }
std::string format_micros(TimeUs t) { return with_micros(t) + "Z"; }
std::string format_naive(TimeUs t) { return with_micros(t); }

}  // namespace virga
