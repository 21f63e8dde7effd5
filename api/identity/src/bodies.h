// SPDX-License-Identifier: Apache-2.0
// Bodies of the Identity API: checks with the wording of its schemas, attributes that it does not
// know but keeps, answers with links, and lists filtered by query parameters.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "common/json.h"

namespace virga::identity {

enum class Is { text, text_or_null, name, id, boolean, integer, object };

/// What a member of a body must be.
struct Property {
  std::string_view key;
  Is is = Is::text;
  bool required = false;
  std::size_t least = 0;  ///< characters
  std::size_t most = std::numeric_limits<std::size_t>::max();
};

enum class Others { kept, refused };

/// The member `key` of a body; other members are ignored.  @throws Error{invalid}
const json::object& member_of(const json::value& body, std::string_view key);
/// The same for a list: {"limits": [...]}.  @throws Error{invalid} when it is empty
const json::array& members_of(const json::value& body, std::string_view key);

/// @throws Error{invalid} naming the member that is wrong
void check(const json::object& in, std::initializer_list<Property> properties,
           Others others = Others::kept);
/// Refuses an update without members.  @throws Error{invalid}
void require_not_empty(const json::object& in);
/// Refuses an update that names another id.  @throws Error{invalid}
void require_same_id(const json::object& in, const std::string& id);

/// The text of a checked member; "" when it is absent or null.
std::string text_of(const json::object& in, std::string_view key);
/// Replaces `value` by the checked member, when the member is there.
void take(const json::object& in, std::string_view key, std::string& value);
void take(const json::object& in, std::string_view key, bool& value);
void take(const json::object& in, std::string_view key, std::int64_t& value);

/// The members that are not in `known`, added to those of `old`: a JSON object as text.
std::string extra_of(const json::object& in, std::initializer_list<std::string_view> known,
                     const std::string& old = "{}");
/// What extra_of() made, as the start of a view.
json::object extra_view(const std::string& extra);
/// Text, or null when it is empty.
json::value or_null(const std::string& text);

/// "http://cloud:8774/identity/v3".
std::string api_root(const http::Request& request);
/// {"region": view} with its link. `path` is the collection's, beneath /v3: "/regions".
http::Response member(const http::Request& request, int status, std::string_view key,
                      json::object view, const std::string& path);
/// Adds links.self to a view.
json::object linked(const http::Request& request, json::object view, const std::string& path);
/// {"regions": [...], "links": {...}}.
http::Response collection(const http::Request& request, std::string_view key, json::array views);

/// True when the view agrees with the query's filters among `names`: "name=x", "name__contains=x".
bool matches(const http::Request& request, const json::object& view,
             std::initializer_list<std::string_view> names);

/// @throws Error{not_found} "Could not find region: X."
[[noreturn]] void refuse_missing(const std::string& what, const std::string& id);

}  // namespace virga::identity
