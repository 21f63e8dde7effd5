// SPDX-License-Identifier: Apache-2.0
// Time behind an interface, so that deadlines can be tested without waiting.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace virga {

/// Microseconds since 1970-01-01 UTC: how all times are stored and passed.
using TimeUs = std::int64_t;

constexpr TimeUs kSecondUs = 1'000'000;

/// A source of the current time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeUs now_us() const = 0;
};

/// The machine's real-time clock.
class SystemClock final : public Clock {
 public:
  TimeUs now_us() const override;
};

/// A clock that a test moves by hand.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(TimeUs start = 1'700'000'000 * kSecondUs) : now_(start) {}
  TimeUs now_us() const override { return now_.load(); }
  void advance_us(TimeUs by) { now_ += by; }

 private:
  std::atomic<TimeUs> now_;
};

/// "2026-11-21T09:30:00Z": the form of Compute, Image and Network API.
std::string format_seconds(TimeUs t);

/// "2026-11-21T09:30:00.123456Z": the form of the Identity API.
std::string format_micros(TimeUs t);

/// "2026-11-21T09:30:00.000000" without a zone: the form of Compute's launched_at and service
/// lists.
std::string format_naive(TimeUs t);

}  // namespace virga
