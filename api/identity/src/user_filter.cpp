// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/user_filter.h"

#include <array>
#include <charconv>
#include <ctime>
#include <optional>

#include "api/identity/src/views.h"
#include "common/error.h"

namespace virga::identity {
namespace {

/// A number of exactly `digits` digits at the start of `text`, which is cut off.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  int number = 0;
  if (text.size() < digits) return std::nullopt;
  const char* const end = text.data() + digits;
  const auto [rest, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || rest != end || number < 0) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// "2026-11-06T15:32:17Z", with or without a fraction and the Z.
std::optional<TimeUs> parse_time(std::string_view text) {
  constexpr std::array<std::size_t, 6> kDigits{4, 2, 2, 2, 2, 2};
  constexpr std::string_view kBetween = "--T::";
  std::array<int, 6> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && !take(text, kBetween[i - 1])) return std::nullopt;
    const auto number = take_number(text, kDigits[i]);
    if (!number) return std::nullopt;
    parts[i] = *number;
  }
  TimeUs micros = 0;
  if (take(text, '.')) {
    TimeUs unit = kSecondUs;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      unit /= 10;
      micros += (text.front() - '0') * unit;
      text.remove_prefix(1);
    }
  }
  take(text, 'Z');
  if (!text.empty()) return std::nullopt;
  const auto [year, month, day, hour, minute, second] = parts;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  std::tm tm{};
  tm.tm_year = year - 1900;
  tm.tm_mon = month - 1;
  tm.tm_mday = day;
  tm.tm_hour = hour;
  tm.tm_min = minute;
  tm.tm_sec = second;
  return static_cast<TimeUs>(timegm(&tm)) * kSecondUs + micros;
}

bool is_operator(std::string_view op) {
  for (const std::string_view known : {"lt", "lte", "gt", "gte", "eq", "neq"})
    if (op == known) return true;
  return false;
}

bool holds(const std::string& op, TimeUs left, TimeUs right) {
  if (op == "lt") return left < right;
  if (op == "lte") return left <= right;
  if (op == "gt") return left > right;
  if (op == "gte") return left >= right;
  return (op == "eq") == (left == right);
}

}  // namespace

UserFilter::UserFilter(const http::Request& request)
    : scope_(domain_scope(request)),
      filter_(request, {"domain_id", "enabled", "name", "idp_id", "protocol_id", "unique_id"}) {
  for (const auto& [key, value] : request.query) {
    if (key != "password_expires_at") continue;
    const std::size_t colon = value.substr(0, 4).find(':', 2);
    const bool with_op = colon != std::string::npos;
    Expiry expiry{with_op ? value.substr(0, colon) : "eq", 0};
    const auto time = parse_time(with_op ? value.substr(colon + 1) : value);
    if (!time)
      throw Error(ErrorKind::invalid,
                  "Timestamp not in expected format. The server could not comply with the request"
                  " since it is either malformed or otherwise incorrect. The client is assumed to"
                  " be in error.");
    if (!is_operator(expiry.op))
      throw Error(ErrorKind::invalid,
                  "The given operator " + expiry.op +
                      " is not valid. It must be one of the following: 'eq', 'neq', 'lt', 'lte',"
                      " 'gt', or 'gte'.");
    expiry.time_us = *time;
    expiries_.push_back(std::move(expiry));
  }
}

store::users::Query UserFilter::query(const std::string& after) const {
  return {scope_.empty() ? filter_.exact("domain_id") : scope_, filter_.exact("name"), after};
}

bool UserFilter::accepts(const model::User& user) const {
  if (!scope_.empty() && user.domain_id != scope_) return false;
  if (filter_.empty() && expiries_.empty()) return true;
  for (const Expiry& e : expiries_)
    if (user.password_expires_us == 0 || !holds(e.op, user.password_expires_us, e.time_us))
      return false;
  // Nobody comes from an identity provider, so these have no value that could match.
  for (const char* federated : {"idp_id", "protocol_id", "unique_id"})
    if (filter_.has(federated)) return false;
  return filter_.accepts_text("domain_id", user.domain_id) &&
         filter_.accepts_text("name", user.name) && filter_.accepts_flag("enabled", user.enabled);
}

}  // namespace virga::identity
