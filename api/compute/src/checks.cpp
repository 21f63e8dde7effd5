// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/checks.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "common/error.h"
#include "common/iso_time.h"
#include "common/random.h"

namespace virga::compute {
namespace {

using http::Request;
using Kind = QueryRule::Kind;

constexpr const char* kWordsOfTruth[] = {"True", "TRUE", "true", "1",   "ON",
                                         "On",   "on",   "YES",  "Yes", "yes"};
constexpr const char* kWordsOfUntruth[] = {"False", "FALSE", "false", "0",  "OFF",
                                           "Off",   "off",   "NO",    "No", "no"};

/// Takes the first character of a valid UTF-8 text off it.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t value = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(std::min(length, text.size()));
  return value;
}

bool is_space(char32_t c) {
  return c == 0x20 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

bool is_printable(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool format = c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
                      (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
  const bool nobodys = (c >= 0xD800 && c <= 0xF8FF);  // surrogates and private use
  return !control && !format && !nobodys;
}

struct NameRule {
  bool colon = true;  ///< may have one
  Spaces spaces = Spaces::refused;
  const char* words = "";
};

std::string name_of(const Fields& in, std::string_view key, const NameRule& rule) {
  std::string name = in.string(key);
  std::vector<char32_t> characters;
  for (std::string_view rest = name; !rest.empty();) characters.push_back(take_character(rest));
  const bool plain = std::all_of(characters.begin(), characters.end(), [&](char32_t c) {
    return is_printable(c) && (rule.colon || c != ':');
  });
  const bool framed = is_space(characters.front()) || is_space(characters.back());
  const bool blank = std::all_of(characters.begin(), characters.end(), is_space);
  if (!plain || blank || (framed && rule.spaces == Spaces::refused))
    throw Error(
        ErrorKind::invalid,
        std::string("An invalid 'name' value was provided. The name must be: ") + rule.words);
  if (rule.spaces == Spaces::trimmed) {
    name.erase(0, name.find_first_not_of(' '));
    name.erase(name.find_last_not_of(' ') + 1);
  }
  return name;
}

bool is_one_of(const std::string& text, const auto& words) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](const char* word) { return text == word; });
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
  });
}

bool fits(Kind kind, const std::string& value) {
  switch (kind) {
    case Kind::text:
      return true;
    case Kind::number:
      return !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    case Kind::boolean:
      return is_one_of(value, kWordsOfTruth) || is_one_of(value, kWordsOfUntruth);
    case Kind::time:
      return parse_iso_time(value).has_value();
    case Kind::host:
      return is_host_name(value);
  }
  return false;
}

const char* why_not(Kind kind) {
  switch (kind) {
    case Kind::number:
      return "' does not match '^[0-9]*$'";
    case Kind::boolean:
      return "' is not one of [True, 'True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', "
             "'yes', False, 'False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no']";
    case Kind::time:
      return "' is not a 'date-time'";
    case Kind::text:
    case Kind::host:
      break;
  }
  return "' does not match '^[a-zA-Z0-9-._]*$'";
}

[[noreturn]] void refuse_query(std::string_view name, const std::string& value,
                               const std::string& why) {
  throw Error(ErrorKind::invalid, "Invalid input for query parameters " + std::string(name) +
                                      ". Value: " + value + ". " + why);
}

}  // namespace

std::string required_name(const Fields& in, std::string_view key, Spaces spaces) {
  const char* const words = spaces == Spaces::refused
                                ? "printable characters. Can not start or end with whitespace."
                                : "printable characters with at least one non space character";
  return name_of(in, key, {true, spaces, words});
}

std::string required_zone_name(const Fields& in, std::string_view key) {
  return name_of(in, key,
                 {false, Spaces::refused,
                  "printable characters except :.Can not start or end with whitespace."});
}

std::string required_host_name(const Fields& in, std::string_view key) {
  const std::string name = in.string(key);
  if (!is_host_name(name))
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute " + std::string(key) +
                                        ". Value: " + name + ". '" + name +
                                        "' does not match '^[a-zA-Z0-9-._]*$'");
  return name;
}

void check_query(const Request& request, std::initializer_list<QueryRule> rules, Unknown unknown) {
  std::vector<std::string_view> seen;
  for (const auto& [name, whole] : request.query) {
    const std::string value = whole.substr(0, 255);
    const auto* rule = std::find_if(rules.begin(), rules.end(),
                                    [&, &n = name](const QueryRule& r) { return r.name == n; });
    if (rule == rules.end()) {
      if (unknown == Unknown::ignored) continue;
      throw Error(ErrorKind::invalid, "Additional properties are not allowed ('" +
                                          name.substr(0, 64) + "' was unexpected)");
    }
    if (!fits(rule->kind, whole)) refuse_query(name, value, "'" + value + why_not(rule->kind));
    if (rule->once && std::find(seen.begin(), seen.end(), name) != seen.end())
      refuse_query(name, value, "The value is too long");
    seen.push_back(rule->name);
  }
}

bool is_true(const Request& request, std::string_view name) {
  const auto value = request.parameter(name);
  return value && is_one_of(*value, kWordsOfTruth);
}

std::int64_t number_id(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size())
    throw Error(ErrorKind::invalid, "Invalid input received: id must be an integer");
  return number;
}

const std::string& uuid_id(const std::string& text) {
  if (!is_uuid_like(text)) throw Error(ErrorKind::invalid, "Invalid uuid " + text.substr(0, 255));
  return text;
}

TimeUs parse_time(const std::string& text) {
  const auto time = parse_iso_time(text);
  if (!time) throw Error(ErrorKind::invalid, "'" + text.substr(0, 255) + "' is not a time.");
  return *time;
}

http::Response not_supported() {
  return http::json_response(
      501, {{"notImplemented",
             {{"code", 501}, {"message", "The requested functionality is not supported."}}}});
}

}  // namespace virga::compute
