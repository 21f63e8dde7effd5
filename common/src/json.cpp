// SPDX-License-Identifier: Apache-2.0
#include "common/json.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "common/error.h"

namespace virga {
namespace {

constexpr std::size_t kMaxDepth = 32;

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

/// A value as it is shown in a message: short, so that nobody's body is sent back to him.
std::string shown(const json::value& value) {
  std::string text = json::serialize(value);
  if (text.size() > 80) text = text.substr(0, 80) + "...";
  return text;
}

/// Where the string that begins before `at` ends: behind its quote, or at the end of the text.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

void check_limits(std::string_view text, const JsonLimits& limits) {
  std::size_t items = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at++];
    if (c == '"') {
      const std::size_t end = end_of_string(text, at);
      if (end - at > limits.string + 1)
        throw Error(ErrorKind::invalid, "The request body has a string that is too long.");
      at = end;
    } else if ((c == ',' || c == '[' || c == '{') && ++items > limits.items) {
      throw Error(ErrorKind::invalid, "The request body has too many values.");
    }
  }
}

}  // namespace

json::value parse_json(std::string_view text, const JsonLimits& limits) {
  check_limits(text, limits);
  return parse_json(text);
}

json::value parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::error_code failure;
  json::value value = json::parse(text, failure, {}, options);
  if (failure)
    throw Error(ErrorKind::invalid,
                "The request body is not valid JSON: " + failure.message() + ".");
  return value;
}

void Fields::only(std::initializer_list<std::string_view> allowed) const {
  for (const auto& member : object_) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end())
      throw Error(ErrorKind::invalid, "Invalid input for field/attribute " + name_ +
                                          ". Additional properties are not allowed (" +
                                          quoted(key.substr(0, 64)) + " was unexpected)");
  }
}

bool Fields::present(std::string_view key) const {
  const json::value* value = object_.if_contains(key);
  return value != nullptr && !value->is_null();
}

const json::value& Fields::required(std::string_view key) const {
  const json::value* value = object_.if_contains(key);
  if (value == nullptr)
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute " + name_ + ". " +
                                        quoted(key) + " is a required property");
  return *value;
}

void Fields::refuse(std::string_view key, const json::value& value, const std::string& why) const {
  throw Error(ErrorKind::invalid, "Invalid input for field/attribute " + std::string(key) +
                                      ". Value: " + shown(value) + ". " + why);
}

std::string Fields::string(std::string_view key, Length length) const {
  const json::value& value = required(key);
  if (!value.is_string()) refuse(key, value, shown(value) + " is not of type 'string'");
  const json::string& text = value.get_string();
  if (text.size() < length.least) refuse(key, value, shown(value) + " is too short");
  if (text.size() > length.most) refuse(key, value, shown(value) + " is too long");
  if (std::find(text.begin(), text.end(), '\0') != text.end())
    refuse(key, value, "It has a character that is not allowed");
  return std::string(text.data(), text.size());
}

std::optional<std::string> Fields::optional_string(std::string_view key, Length length) const {
  if (!present(key)) return std::nullopt;
  return string(key, length);
}

std::int64_t Fields::integer(std::string_view key, std::int64_t least, std::int64_t most) const {
  const json::value& value = required(key);
  std::int64_t number = 0;
  if (value.is_int64()) {
    number = value.get_int64();
  } else if (value.is_uint64()) {
    refuse(key, value, shown(value) + " is greater than the maximum of " + std::to_string(most));
  } else if (value.is_string()) {  // the services accept numbers in strings
    const json::string& text = value.get_string();
    const char* const end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc{} || rest != end)
      refuse(key, value, shown(value) + " is not of type 'integer'");
  } else {
    refuse(key, value, shown(value) + " is not of type 'integer'");
  }
  if (number < least)
    refuse(key, value, shown(value) + " is less than the minimum of " + std::to_string(least));
  if (number > most)
    refuse(key, value, shown(value) + " is greater than the maximum of " + std::to_string(most));
  return number;
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view key, std::int64_t least,
                                                     std::int64_t most) const {
  if (!present(key)) return std::nullopt;
  return integer(key, least, most);
}

bool Fields::boolean(std::string_view key, bool fallback) const {
  if (!present(key)) return fallback;
  const json::value& value = required(key);
  if (value.is_bool()) return value.get_bool();
  if (value.is_string()) {  // the services accept these words
    std::string word(value.get_string().data(), value.get_string().size());
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (word == "true" || word == "1" || word == "yes" || word == "on") return true;
    if (word == "false" || word == "0" || word == "no" || word == "off") return false;
  }
  refuse(key, value, shown(value) + " is not of type 'boolean'");
}

Fields Fields::object(std::string_view key) const {
  const json::value& value = required(key);
  if (!value.is_object()) refuse(key, value, shown(value) + " is not of type 'object'");
  return Fields(value.get_object(), std::string(key));
}

std::optional<Fields> Fields::optional_object(std::string_view key) const {
  if (!present(key)) return std::nullopt;
  return object(key);
}

const json::array& Fields::array(std::string_view key) const {
  const json::value& value = required(key);
  if (!value.is_array()) refuse(key, value, shown(value) + " is not of type 'array'");
  return value.get_array();
}

const json::array* Fields::optional_array(std::string_view key) const {
  return present(key) ? &array(key) : nullptr;
}

Fields envelope(const json::value& body, std::string_view key) {
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  const Fields outer(body.get_object(), "body");
  outer.only({key});
  return outer.object(key);
}

}  // namespace virga
