// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/input.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/identity/src/resource.h"
#include "common/error.h"

namespace virga::identity {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";
constexpr std::size_t kMostShown = 80;  // characters of a refused value

bool contains(std::initializer_list<std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The value in Python's spelling, short: nobody's body is sent back to him.
std::string shown(const json::value& value) {
  if (value.is_null()) return "None";
  if (value.is_bool()) return value.get_bool() ? "True" : "False";
  std::string text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  if (text.size() > kMostShown) {
    std::size_t end = kMostShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end) + "...";
  }
  return value.is_string() ? "'" + text + "'" : text;
}

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

bool is_id(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string normalized(std::string_view key) {
  std::string name(key);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == ':'; }, '_');
  return name;
}

}  // namespace

std::string stripped(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

Input::Input(const http::Request& request, std::string_view key, bool normalize) {
  const json::value body = request.json();
  if (!body.is_object())
    throw Error(ErrorKind::invalid, "Expecting to find valid JSON in request body.");
  const json::value* const resource = body.get_object().if_contains(key);
  if (resource == nullptr) return;
  if (!resource->is_object()) refuse(key, *resource, "is not of type 'object'");
  for (const auto& member : resource->get_object())
    members_[normalize ? normalized(member.key()) : std::string(member.key())] = member.value();
}

void Input::refuse(std::string_view field, const json::value& value, std::string_view why) {
  const bool secret = field.ends_with("password") && value.is_string();
  throw Error(ErrorKind::invalid, "Invalid input for field '" + std::string(field) + "': " +
                                      (secret ? "'***'" : shown(value)) + " " + std::string(why));
}

void Input::require_any() const {
  if (members_.empty()) throw Error(ErrorKind::invalid, "{} does not have enough properties");
}

const json::value& Input::require(std::string_view key) const {
  const json::value* const value = members_.if_contains(key);
  if (value == nullptr)
    throw Error(ErrorKind::invalid, "'" + std::string(key) + "' is a required property");
  return *value;
}

void Input::require_id(const std::string& id) const {
  const json::value* const own = members_.if_contains("id");
  if (own != nullptr && !own->is_null() && *own != json::value(id))
    throw Error(ErrorKind::invalid, "Cannot change ID");
}

std::string Input::checked(std::string_view field, const json::value& value, const TextRule& rule) {
  if (value.is_null() && rule.nullable) return {};
  if (!value.is_string())
    refuse(field, value,
           rule.nullable ? "is not of type 'string', 'null'" : "is not of type 'string'");
  const std::string text(value.get_string());
  const std::size_t length = characters_of(text);
  if (length < rule.least) refuse(field, value, "is too short");
  if (length > rule.most) refuse(field, value, "is too long");
  if (text.find('\0') != std::string::npos)
    refuse(field, value, "has a character that is not allowed");
  if (rule.form == TextRule::Form::visible && text.find_first_not_of(kBlanks) == std::string::npos)
    refuse(field, value, "does not match '[\\\\S]+'");
  if (rule.form == TextRule::Form::id && !is_id(text))
    refuse(field, value, "does not match '^[a-zA-Z0-9-]+$'");
  return text;
}

std::string Input::text(std::string_view key, const TextRule& rule) const {
  return checked(key, require(key), rule);
}

std::optional<std::string> Input::optional_text(std::string_view key, const TextRule& rule) const {
  const json::value* const value = members_.if_contains(key);
  if (value == nullptr) return std::nullopt;
  return checked(key, *value, rule);
}

std::string Input::name(std::string_view key, const TextRule& rule) const {
  return stripped(text(key, rule));
}

std::optional<std::string> Input::optional_name(std::string_view key, const TextRule& rule) const {
  if (!has(key)) return std::nullopt;
  return name(key, rule);
}

std::optional<bool> Input::flag(std::string_view key) const {
  const json::value* const value = members_.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) refuse(key, *value, "is not of type 'boolean'");
  return value->get_bool();
}

const json::object* Input::options(std::initializer_list<std::string_view> flags,
                                   std::initializer_list<std::string_view> others) const {
  const json::value* const value = members_.if_contains("options");
  if (value == nullptr) return nullptr;
  if (!value->is_object()) refuse("options", *value, "is not of type 'object'");
  for (const auto& option : value->get_object()) {
    const std::string_view key(option.key().data(), option.key().size());
    const std::string field = "options/" + std::string(key.substr(0, 64));
    if (contains(flags, key)) {
      if (!option.value().is_bool() && !option.value().is_null())
        refuse(field, option.value(), "is not of type 'boolean', 'null'");
    } else if (!contains(others, key)) {
      throw Error(ErrorKind::invalid,
                  "Invalid input for field 'options': Additional properties are not allowed ('" +
                      std::string(key.substr(0, 64)) + "' was unexpected)");
    }
  }
  return &value->get_object();
}

std::string domain_for(const http::Request& request, const Input& in, const TextRule& rule) {
  const auto named = in.optional_text("domain_id", rule);
  if (named && !named->empty()) return *named;
  const std::string& own = request.who().domain_id;
  return own.empty() ? std::string(kDefaultDomain) : own;
}

}  // namespace virga::identity
