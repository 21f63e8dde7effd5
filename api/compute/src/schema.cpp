// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/schema.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "api/http/paging.h"
#include "common/error.h"

namespace virga::compute {
namespace {

constexpr std::size_t kMostShown = 80;  // bytes of a refused value

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The next character of valid UTF-8.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t character = size == 1 ? first : first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size && i < text.size(); ++i)
    character = character << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
  text.remove_prefix(std::min(size, text.size()));
  return character;
}

struct Range {
  char32_t first;
  char32_t last;
};

/// Unicode's categories C, Zl and Zp, but for what is not assigned; and all beyond the first plane,
/// which Nova's patterns do not know.
constexpr std::array<Range, 19> kUnprintable{{{0x0, 0x1f},
                                              {0x7f, 0x9f},
                                              {0xad, 0xad},
                                              {0x600, 0x605},
                                              {0x61c, 0x61c},
                                              {0x6dd, 0x6dd},
                                              {0x70f, 0x70f},
                                              {0x890, 0x891},
                                              {0x8e2, 0x8e2},
                                              {0x180e, 0x180e},
                                              {0x200b, 0x200f},
                                              {0x2028, 0x202e},
                                              {0x2060, 0x206f},
                                              {0xd800, 0xf8ff},
                                              {0xfdd0, 0xfdef},
                                              {0xfeff, 0xfeff},
                                              {0xfff0, 0xfffb},
                                              {0xfffe, 0xffff},
                                              {0x10000, 0x10ffff}}};
constexpr std::array<Range, 7> kSpaces{{{0x20, 0x20},
                                        {0xa0, 0xa0},
                                        {0x1680, 0x1680},
                                        {0x2000, 0x200a},
                                        {0x202f, 0x202f},
                                        {0x205f, 0x205f},
                                        {0x3000, 0x3000}}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& r) { return r.first <= c && c <= r.last; });
}

/// What the characters of a text are.
struct Looks {
  std::size_t characters = 0;
  bool printable = true;
  bool space_at_end = false;  ///< at the first or the last place
};

Looks look_at(std::string_view text) {
  Looks looks;
  bool space = false;
  while (!text.empty()) {
    const char32_t c = take_character(text);
    looks.printable = looks.printable && !is_in(kUnprintable, c);
    space = is_in(kSpaces, c);
    if (looks.characters++ == 0) looks.space_at_end = space;
  }
  looks.space_at_end = looks.space_at_end || space;
  return looks;
}

std::string shown(const json::value& value) {
  std::string text = json::serialize(value);
  if (text.size() > kMostShown) text = text.substr(0, kMostShown) + "...";
  return text;
}

const json::value& required(const Fields& in, std::string_view key) {
  if (const json::value* value = in.raw().if_contains(key)) return *value;
  throw Error(ErrorKind::invalid, "'" + std::string(key) + "' is a required property");
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

}  // namespace

void refuse_field(std::string_view key, const json::value& value, const std::string& why) {
  throw Error(ErrorKind::invalid, "Invalid input for field/attribute " + std::string(key) +
                                      ". Value: " + shown(value) + ". " + shown(value) + " " + why);
}

std::string read_text(std::string_view key, const json::value& value, const TextRule& rule) {
  if (!value.is_string()) refuse_field(key, value, "is not of type 'string'");
  const std::string text(value.get_string().data(), value.get_string().size());
  const Looks looks = look_at(text);
  if (looks.characters < rule.least) refuse_field(key, value, "is too short");
  if (looks.characters > rule.most) refuse_field(key, value, "is too long");
  if (rule.form == TextRule::Form::name && (!looks.printable || looks.space_at_end))
    throw Error(ErrorKind::invalid,
                "An invalid 'name' value was provided. The name must be: printable characters. Can "
                "not start or end with whitespace.");
  if (rule.form == TextRule::Form::printable && !looks.printable)
    refuse_field(key, value, "has characters that are not printable");
  if (text.find('\0') != std::string::npos)
    refuse_field(key, value, "has a character that is not allowed");
  return text;
}

std::string text_of(const Fields& in, std::string_view key, const TextRule& rule) {
  return read_text(key, required(in, key), rule);
}

std::optional<std::string> optional_text(const Fields& in, std::string_view key,
                                         const TextRule& rule) {
  if (!in.has(key)) return std::nullopt;
  return text_of(in, key, rule);
}

std::int64_t read_integer(std::string_view key, const json::value& value, std::int64_t least,
                          std::int64_t most) {
  const auto too_large = [&] {
    refuse_field(key, value, "is greater than the maximum of " + std::to_string(most));
  };
  std::int64_t number = 0;
  if (value.is_string()) {
    const json::string& text = value.get_string();
    const char* const end = text.data() + text.size();
    const bool sign = least < 0 && text.starts_with('-');
    if (text.size() <= (sign ? 1U : 0U) ||
        !std::all_of(text.data() + (sign ? 1 : 0), end, is_digit))
      refuse_field(key, value, "does not match '^[0-9]+$'");
    if (std::from_chars(text.data(), end, number).ec != std::errc{}) too_large();
  } else if (value.is_int64()) {
    number = value.get_int64();
  } else if (value.is_uint64()) {
    too_large();
  } else {
    refuse_field(key, value, "is not of type 'integer', 'string'");
  }
  if (number < least)
    refuse_field(key, value, "is less than the minimum of " + std::to_string(least));
  if (number > most) too_large();
  return number;
}

std::int64_t integer_of(const Fields& in, std::string_view key, std::int64_t least) {
  return read_integer(key, required(in, key), least);
}

std::int64_t integer_or(const Fields& in, std::string_view key, std::int64_t least,
                        std::int64_t fallback) {
  return in.has(key) ? integer_of(in, key, least) : fallback;
}

bool boolean_or(const Fields& in, std::string_view key, bool fallback) {
  static constexpr std::array<std::string_view, 10> kTrue{"True", "TRUE", "true", "1",   "ON",
                                                          "On",   "on",   "YES",  "Yes", "yes"};
  static constexpr std::array<std::string_view, 10> kFalse{"False", "FALSE", "false", "0",  "OFF",
                                                           "Off",   "off",   "NO",    "No", "no"};
  const json::value* value = in.raw().if_contains(key);
  if (value == nullptr) return fallback;
  if (value->is_bool()) return value->get_bool();
  if (value->is_string()) {
    const std::string_view word(value->get_string().data(), value->get_string().size());
    if (std::find(kTrue.begin(), kTrue.end(), word) != kTrue.end()) return true;
    if (std::find(kFalse.begin(), kFalse.end(), word) != kFalse.end()) return false;
  }
  refuse_field(key, *value, "is not a boolean");
}

std::optional<bool> boolean_word(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  const std::string word = lower(text);
  for (const std::string_view yes : {"1", "t", "true", "on", "y", "yes"})
    if (word == yes) return true;
  for (const std::string_view no : {"0", "f", "false", "off", "n", "no"})
    if (word == no) return false;
  return std::nullopt;
}

bool is_metadata_key(std::string_view key) {
  return !key.empty() && key.size() <= 255 && std::all_of(key.begin(), key.end(), [](char c) {
    return is_alphanumeric(c) || std::string_view("-_:. ").find(c) != std::string_view::npos;
  });
}

void require_parameters(const http::Request& request,
                        std::initializer_list<std::string_view> known) {
  if (!at_least(request, 75)) return;
  for (const auto& [name, value] : request.query)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Error(ErrorKind::invalid, "Additional properties are not allowed ('" +
                                          name.substr(0, 64) + "' was unexpected)");
}

Page read_page(const http::Request& request) {
  http::PagingRules rules;
  rules.sort_keys = {"id"};
  http::Request plain;  // only these two are read
  for (const auto& [name, value] : request.query)
    if (name == "limit" || name == "marker") plain.query.emplace_back(name, value);
  const auto paging = http::read_paging(plain, rules);
  return {paging.limit, paging.marker};
}

bool is_full(const Page& page, std::size_t count) {
  return page.limit > 0 && static_cast<std::int64_t>(count) == page.limit;
}

std::string decimal(double number) {
  std::array<char, 64> text{};
  const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), number);
  std::string out(text.data(), failure == std::errc{} ? end : text.data());
  if (out.find_first_of(".en") == std::string::npos) out += ".0";
  return out;
}

}  // namespace virga::compute
