// SPDX-License-Identifier: Apache-2.0
// What all Identity resources have in common: links, `extra`, `options`, and answers with one or
// many of them.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "common/json.h"
#include "common/json_writer.h"

namespace virga::identity {

/// The domain of what is made without naming one. Its id is fixed.
inline constexpr std::string_view kDefaultDomain = "default";

/// "http://cloud:8774/identity/v3/" + path.
std::string link(const http::Request& request, std::string_view path);
/// The address of the request itself, with its query.
std::string own_link(const http::Request& request);

/// {"role": {..., "links": {"self": ".../roles/ID"}}}; the view has an "id".
http::Response resource_answer(int status, const http::Request& request, std::string_view key,
                               json::object view);
/// {"roles": [...], "links": {"next", "self", "previous"}}. Views without "links" get them.
http::Response collection_answer(const http::Request& request, std::string_view key,
                                 json::array views);

/// {"user": {...}} of members that a function writes.
template <class Members>
http::Response written_answer(int status, std::string_view key, Members write_members) {
  JsonWriter out;
  out.begin_object();
  out.key(key);
  out.begin_object();
  write_members(out);
  out.end_object();
  out.end_object();
  http::Response response;
  response.status = status;
  response.body = out.take();
  return response;
}

/// Writes {"users": [...], "links": {...}} item by item, without a tree in between. The query's
/// `limit` and `marker` (the last id of the page before) are heeded: list in the order of ids.
class Listing {
 public:
  Listing(const http::Request& request, std::string_view key);

  /// Ids at or before it are not wanted; may be empty.
  const std::string& marker() const { return marker_; }
  /// Makes room for one more.  @return false when the page is full: stop
  bool admit(const std::string& id);
  JsonWriter& out() { return out_; }
  http::Response finish();

 private:
  const http::Request& request_;
  JsonWriter out_;
  std::string marker_;
  std::size_t limit_ = 0;  // 0: none
  std::size_t count_ = 0;
  std::string last_;
  bool more_ = false;
};

/// What is kept beside the known attributes: the members of `before` (a JSON object as text),
/// changed by those of `in` that are not `known`.
std::string merged_extra(const std::string& before, const json::object& in,
                         std::initializer_list<std::string_view> known);
/// Adds the members of `extra` that the view does not have.
void add_extra(json::object& view, const std::string& extra);
/// Writes the members of `extra` into the open object.
void write_extra(JsonWriter& out, const std::string& extra);

/// Options after a change: null removes one. `change` may be nullptr.
std::string merged_options(const std::string& before, const json::object* change);
/// An immutable resource takes no change but that of its option "immutable" alone.
/// @param kind "role"  @throws Error{forbidden}
void refuse_immutable_update(std::string_view kind, const std::string& id,
                             const std::string& options, const json::object& change);
/// @throws Error{forbidden}
void refuse_immutable_delete(std::string_view kind, const std::string& id,
                             const std::string& options);
bool is_immutable(const std::string& options);

/// Puts a change into the log: what, whose, by whom and from where.
void record(const http::Request& request, std::string_view what, const std::string& id);

/// "Could not find user: ID."
[[noreturn]] void throw_not_found(std::string_view kind, const std::string& id);
/// The name is taken in the domain (empty: everywhere).
[[noreturn]] void throw_duplicate(std::string_view kind, const std::string& name,
                                  const std::string& domain_id);

}  // namespace virga::identity
