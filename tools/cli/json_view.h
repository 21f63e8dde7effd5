// SPDX-License-Identifier: Apache-2.0
// Reading answers of services that may be older or newer than this program: what is missing is
// empty.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/json.h"

// Each is there for objects as well as for values: an object that became a value on the way would
// be a copy, and what is returned would point into it.
namespace virga::cli {

/// A member; null when it is not there or `value` is no object.
const json::value& at(const json::value& value, std::string_view key);
const json::value& at(const json::object& object, std::string_view key);

/// A text; "" when it is none.
std::string text_at(const json::object& object, std::string_view key);
std::string text_at(const json::value& value, std::string_view key);

/// A list; an empty one when it is none.
const json::array& array_at(const json::value& value, std::string_view key);
const json::array& array_at(const json::object& object, std::string_view key);

/// An object; an empty one when it is none.
const json::object& object_at(const json::value& value, std::string_view key);
const json::object& object_at(const json::object& object, std::string_view key);

/// A whole number; `fallback` when it is none.
std::int64_t integer_at(const json::value& value, std::string_view key, std::int64_t fallback = 0);
std::int64_t integer_at(const json::object& object, std::string_view key,
                        std::int64_t fallback = 0);

}  // namespace virga::cli
