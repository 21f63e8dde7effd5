// SPDX-License-Identifier: Apache-2.0
// Reading request bodies: bounded parsing, and fields with type, range and a clear refusal.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace virga {

namespace json = boost::json;

/// Parses a whole JSON text: at most 32 levels deep, no extensions, valid UTF-8.
/// @throws Error{invalid}
json::value parse_json(std::string_view text);

/// How much a text from a stranger may hold.
struct JsonLimits {
  std::size_t items = 50'000;         ///< members and elements, at all levels together
  std::size_t string = 256UL * 1024;  ///< bytes of one string, as written
};
/// The same within limits, which are looked at before memory is spent on values.
/// @throws Error{invalid}
json::value parse_json(std::string_view text, const JsonLimits& limits);

/// Length limits of a string field, in bytes.
struct Length {
  std::size_t least = 0;
  std::size_t most = 255;
};

/// Reads the members of one JSON object and remembers its name for messages. Does not own the
/// object. Every reader throws Error{invalid} with the wording of the services' schema checks.
class Fields {
 public:
  Fields(const json::object& object, std::string name) : object_(object), name_(std::move(name)) {}

  /// Refuses members that are not named.
  void only(std::initializer_list<std::string_view> allowed) const;

  bool has(std::string_view key) const { return object_.contains(key); }
  /// True when the member is there and not null.
  bool present(std::string_view key) const;
  const json::object& raw() const { return object_; }

  std::string string(std::string_view key, Length length = {1, 255}) const;
  std::optional<std::string> optional_string(std::string_view key, Length length = {}) const;
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most) const;
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least,
                                               std::int64_t most) const;
  bool boolean(std::string_view key, bool fallback) const;
  Fields object(std::string_view key) const;
  std::optional<Fields> optional_object(std::string_view key) const;
  const json::array& array(std::string_view key) const;
  const json::array* optional_array(std::string_view key) const;

 private:
  const json::value& required(std::string_view key) const;
  [[noreturn]] void refuse(std::string_view key, const json::value& value,
                           const std::string& why) const;

  const json::object& object_;
  std::string name_;
};

/// The single member `key` of a body that must be an object: {"server": {...}}.
/// @throws Error{invalid} when the body is something else or has other members
Fields envelope(const json::value& body, std::string_view key);

}  // namespace virga
