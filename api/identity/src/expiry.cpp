// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/expiry.h"

#include <chrono>

#include "common/error.h"

namespace virga::identity {
namespace {

/// Reads from the front of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : rest_(text) {}

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `count` digits.
  std::optional<int> number(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// Digits after the point, as microseconds.
  std::optional<TimeUs> fraction() {
    TimeUs value = 0;
    TimeUs unit = kSecondUs / 10;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      value += unit * (rest_[count] - '0');
      unit /= 10;
    }
    rest_.remove_prefix(count);
    return count == 0 ? std::nullopt : std::optional<TimeUs>(value);
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<TimeUs> read_date(Digits& in) {
  using namespace std::chrono;
  const auto y = in.number(4);
  if (!y || !in.take('-')) return std::nullopt;
  const auto m = in.number(2);
  if (!m || !in.take('-')) return std::nullopt;
  const auto d = in.number(2);
  if (!d) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)),
                            day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  return duration_cast<microseconds>(sys_days(date).time_since_epoch()).count();
}

/// "09:30", "09:30:00", "09:30:00.5"
std::optional<TimeUs> read_clock(Digits& in) {
  const auto h = in.number(2);
  if (!h || *h > 23 || !in.take(':')) return std::nullopt;
  const auto m = in.number(2);
  if (!m || *m > 59) return std::nullopt;
  TimeUs time = (*h * 60LL + *m) * 60 * kSecondUs;
  if (!in.take(':')) return time;
  const auto s = in.number(2);
  if (!s || *s > 59) return std::nullopt;
  time += *s * kSecondUs;
  if (!in.take('.')) return time;
  const auto fraction = in.fraction();
  return fraction ? std::optional<TimeUs>(time + *fraction) : std::nullopt;
}

/// "Z", "+01:00" or nothing.
std::optional<TimeUs> read_offset(Digits& in) {
  if (in.take('Z') || in.at_end()) return 0;
  const bool east = in.take('+');
  if (!east && !in.take('-')) return std::nullopt;
  const auto h = in.number(2);
  in.take(':');
  const auto m = in.number(2);
  if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
  const TimeUs offset = (*h * 60LL + *m) * 60 * kSecondUs;
  return east ? -offset : offset;
}

}  // namespace

std::optional<TimeUs> parse_time(std::string_view text) {
  Digits in(text);
  const auto date = read_date(in);
  if (!date || (!in.take('T') && !in.take(' '))) return std::nullopt;
  const auto clock = read_clock(in);
  if (!clock) return std::nullopt;
  const auto offset = read_offset(in);
  if (!offset || !in.at_end()) return std::nullopt;
  return *date + *clock + *offset;
}

TimeUs read_expiry(const Input& in, TimeUs now_us) {
  const std::string text = in.optional_text("expires_at", kNullableText).value_or("");
  if (text.empty()) return 0;
  constexpr const char* kBlame =
      " The server could not comply with the request since it is either malformed or otherwise"
      " incorrect. The client is assumed to be in error.";
  const auto time = parse_time(text);
  if (!time)
    throw Error(ErrorKind::invalid, std::string("Timestamp not in expected format.") + kBlame);
  if (*time <= now_us)
    throw Error(ErrorKind::invalid,
                std::string("The 'expires_at' must not be before now.") + kBlame);
  return *time;
}

}  // namespace virga::identity
