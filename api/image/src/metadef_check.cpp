// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/metadef_check.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <set>

#include "common/error.h"

namespace virga::image {
namespace {

std::string_view text_of(const json::value& value) {
  return {value.get_string().data(), value.get_string().size()};
}

std::string_view text_of(const json::string_view& text) {
  return {text.data(), text.size()};
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

/// A value as messages show it: short.
std::string shown(const json::value& value) {
  constexpr std::size_t kMost = 80;
  std::string text =
      value.is_string() ? quoted(text_of(value).substr(0, kMost)) : json::serialize(value);
  if (text.size() > kMost + 2) text = text.substr(0, kMost) + "...";
  return text;
}

bool is_whole(const json::value& value) {
  if (value.is_double()) return std::trunc(value.get_double()) == value.get_double();
  return value.is_int64() || value.is_uint64();
}

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return is_whole(value);
  return value.is_number();
}

class Checker {
 public:
  explicit Checker(const json::object& document) : document_(document) {}

  void check(const json::object& schema, const json::value& value, const std::string& path) const {
    if (const auto* ref = schema.if_contains("$ref")) return check(definition(*ref), value, path);
    if (const auto* all = schema.if_contains("allOf"))
      for (const auto& part : all->get_array()) check(part.get_object(), value, path);
    check_type(schema, value, path);
    if (value.is_string()) check_text(schema, value, path);
    if (value.is_number()) check_number(schema, value, path);
    if (value.is_array()) check_array(schema, value.get_array(), path);
    if (value.is_object()) check_object(schema, value.get_object(), path);
  }

 private:
  const json::object& definition(const json::value& ref) const {
    constexpr std::string_view kPrefix = "#/definitions/";
    return document_.at("definitions").at(text_of(ref).substr(kPrefix.size())).as_object();
  }

  [[noreturn]] void refuse(const std::string& why, const std::string& path) const {
    refuse_object(text_of(document_.at("name")),
                  path.empty() ? why : why + " (in instance" + path + ")");
  }

  void check_type(const json::object& schema, const json::value& value,
                  const std::string& path) const {
    const auto* type = schema.if_contains("type");
    if (type != nullptr && !is_of_type(value, text_of(*type)))
      refuse(shown(value) + " is not of type " + quoted(text_of(*type)), path);
    const auto* words = schema.if_contains("enum");
    if (words == nullptr) return;
    const auto& allowed = words->get_array();
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
      refuse(shown(value) + " is not one of " + json::serialize(allowed), path);
  }

  void check_text(const json::object& schema, const json::value& value,
                  const std::string& path) const {
    const auto* most = schema.if_contains("maxLength");
    if (most != nullptr && characters_of(text_of(value)) > most->to_number<std::size_t>())
      refuse(shown(value) + " is too long", path);
    if (text_of(value).find('\0') != std::string_view::npos)
      refuse("a text has a character that is not allowed", path);
  }

  void check_number(const json::object& schema, const json::value& value,
                    const std::string& path) const {
    const auto* least = schema.if_contains("minimum");
    if (least != nullptr && value.to_number<double>() < least->to_number<double>())
      refuse(shown(value) + " is less than the minimum of " + shown(*least), path);
  }

  void check_array(const json::object& schema, const json::array& values,
                   const std::string& path) const {
    const auto* least = schema.if_contains("minItems");
    if (least != nullptr && values.size() < least->to_number<std::size_t>())
      refuse(shown(values) + " is too short", path);
    const auto* unique = schema.if_contains("uniqueItems");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (const auto* items = schema.if_contains("items"))
        check(items->get_object(), values[i], path + "[" + std::to_string(i) + "]");
      if (unique != nullptr && !seen.insert(json::serialize(values[i])).second)
        refuse(shown(values) + " has non-unique elements", path);
    }
  }

  void check_object(const json::object& schema, const json::object& object,
                    const std::string& path) const {
    if (const auto* required = schema.if_contains("required"))
      for (const auto& key : required->get_array())
        if (!object.contains(key.get_string()))
          refuse(quoted(text_of(key)) + " is a required property", path);
    const auto* properties = schema.if_contains("properties");
    const auto* others = schema.if_contains("additionalProperties");
    for (const auto& member : object) {
      const std::string_view key = text_of(member.key());
      const std::string below = path + "[" + quoted(key.substr(0, 80)) + "]";
      const auto* known = properties ? properties->get_object().if_contains(key) : nullptr;
      if (known != nullptr)
        check(known->get_object(), member.value(), below);
      else if (others != nullptr && others->is_object())
        check(others->get_object(), member.value(), below);
      else if (others != nullptr)
        refuse("Additional properties are not allowed (" + quoted(key.substr(0, 80)) +
                   " was unexpected)",
               path);
    }
  }

  const json::object& document_;
};

}  // namespace

void check_schema(const json::object& document, const json::value& value) {
  Checker(document).check(document, value, "");
}

std::size_t characters_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

void refuse_object(std::string_view schema, const std::string& why) {
  throw Error(ErrorKind::invalid,
              "Provided object does not match schema '" + std::string(schema) + "': " + why);
}

}  // namespace virga::image
