// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/json_view.h"

namespace virga::cli {

const json::value& at(const json::object& object, std::string_view key) {
  static const json::value kNull;
  const json::value* found = object.if_contains(key);
  return found == nullptr ? kNull : *found;
}

const json::value& at(const json::value& value, std::string_view key) {
  static const json::object kEmpty;
  return at(value.is_object() ? value.get_object() : kEmpty, key);
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value& value = at(object, key);
  return value.is_string() ? std::string(value.get_string()) : "";
}

std::string text_at(const json::value& value, std::string_view key) {
  const json::value& member = at(value, key);
  return member.is_string() ? std::string(member.get_string()) : "";
}

const json::array& array_at(const json::object& object, std::string_view key) {
  static const json::array kEmpty;
  const json::value& member = at(object, key);
  return member.is_array() ? member.get_array() : kEmpty;
}

const json::array& array_at(const json::value& value, std::string_view key) {
  static const json::object kEmpty;
  return array_at(value.is_object() ? value.get_object() : kEmpty, key);
}

const json::object& object_at(const json::object& object, std::string_view key) {
  static const json::object kEmpty;
  const json::value& member = at(object, key);
  return member.is_object() ? member.get_object() : kEmpty;
}

const json::object& object_at(const json::value& value, std::string_view key) {
  static const json::object kEmpty;
  return object_at(value.is_object() ? value.get_object() : kEmpty, key);
}

std::int64_t integer_at(const json::object& object, std::string_view key, std::int64_t fallback) {
  const json::value& member = at(object, key);
  return member.is_int64() ? member.get_int64() : fallback;
}

std::int64_t integer_at(const json::value& value, std::string_view key, std::int64_t fallback) {
  static const json::object kEmpty;
  return integer_at(value.is_object() ? value.get_object() : kEmpty, key, fallback);
}

}  // namespace virga::cli
