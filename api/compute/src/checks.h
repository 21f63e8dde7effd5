// SPDX-License-Identifier: Apache-2.0
// What bodies, queries and paths must be, as the schemas of Nova have it. Private to api/compute.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "common/json.h"

namespace virga::compute {

enum class Spaces { refused, trimmed };  ///< at the ends of a name

/// A member that is a name: 1 to 255 printable characters.  @throws Error{invalid}
std::string required_name(const Fields& in, std::string_view key, Spaces spaces = Spaces::refused);
/// The same without ':', as zones are called.
std::string required_zone_name(const Fields& in, std::string_view key);
/// A member that is the name of a host.  @throws Error{invalid}
std::string required_host_name(const Fields& in, std::string_view key);

/// A parameter of a query that a route knows.
struct QueryRule {
  enum class Kind { text, number, boolean, time, host };
  std::string_view name;
  Kind kind = Kind::text;
  bool once = false;  ///< it may be there once only
};
enum class Unknown { ignored, refused };
/// Checks the request's query.  @throws Error{invalid}
void check_query(const http::Request& request, std::initializer_list<QueryRule> rules,
                 Unknown unknown);
/// A parameter that check_query() has found to be a word for true or false.
bool is_true(const http::Request& request, std::string_view name);

/// A number in a path.  @throws Error{invalid}
std::int64_t number_id(const std::string& text);
/// A UUID in a path.  @throws Error{invalid}
const std::string& uuid_id(const std::string& text);

/// A time such as "2026-11-21T09:30:00Z".  @throws Error{invalid}
std::int64_t parse_time(const std::string& text);

/// 501: what no host of this kind can do.
http::Response not_supported();

}  // namespace virga::compute
