// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/bodies.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/identity/src/list_filter.h"
#include "api/identity/src/resource.h"
#include "common/error.h"

namespace virga::identity {
namespace {

std::string shown(const json::value& value) {
  std::string text = json::serialize(value);
  if (text.size() > 80) text = text.substr(0, 80) + "...";
  return text;
}

[[noreturn]] void refuse(std::string_view key, const std::string& why) {
  throw Error(ErrorKind::invalid, "Invalid input for field '" + std::string(key) + "': " + why);
}

std::string view_text(std::string_view key) {
  return "'" + std::string(key.substr(0, 64)) + "'";
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

void check_text(const Property& property, const json::value& value) {
  const std::string_view text(value.get_string().data(), value.get_string().size());
  const bool named = property.is == Is::name;
  const bool is_id = property.is == Is::id;
  const std::size_t least = named || is_id ? 1 : property.least;
  const std::size_t most = named ? 255 : is_id ? 64 : property.most;
  if (characters(text) < least) refuse(property.key, shown(value) + " is too short");
  if (characters(text) > most) refuse(property.key, shown(value) + " is too long");
  if (text.find('\0') != std::string_view::npos)
    refuse(property.key, "it has a character that is not allowed");
  if (named && text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos)
    refuse(property.key, shown(value) + " does not match '[\\\\S]+'");
  if (is_id && !std::all_of(text.begin(), text.end(), is_id_character))
    refuse(property.key, shown(value) + " does not match '^[a-zA-Z0-9-]+$'");
}

void check_member(const Property& property, const json::value& value) {
  const auto expect = [&](bool right, const char* type) {
    if (!right) refuse(property.key, shown(value) + " is not of type " + type);
  };
  switch (property.is) {
    case Is::text_or_null:
      if (value.is_null()) return;
      [[fallthrough]];
    case Is::text:
    case Is::name:
    case Is::id:
      expect(value.is_string(), "'string'");
      return check_text(property, value);
    case Is::boolean:
      return expect(value.is_bool(), "'boolean'");
    case Is::integer:
      expect(value.is_int64(), "'integer'");
      if (value.get_int64() < -1) refuse(property.key, shown(value) + " is less than -1");
      if (value.get_int64() > 0x7FFFFFFF) refuse(property.key, shown(value) + " is too large");
      return;
    case Is::object:
      return expect(value.is_object(), "'object'");
  }
}

const json::value* find_member(const json::value& body, std::string_view key) {
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  return body.get_object().if_contains(key);
}

std::string_view text_view(const json::value& value) {
  return {value.get_string().data(), value.get_string().size()};
}

}  // namespace

const json::object& member_of(const json::value& body, std::string_view key) {
  const json::value* found = find_member(body, key);
  if (found == nullptr) throw Error(ErrorKind::invalid, view_text(key) + " is a required property");
  if (!found->is_object()) refuse(key, shown(*found) + " is not of type 'object'");
  return found->get_object();
}

const json::array& members_of(const json::value& body, std::string_view key) {
  const json::value* found = find_member(body, key);
  if (found == nullptr) throw Error(ErrorKind::invalid, view_text(key) + " is a required property");
  if (!found->is_array()) refuse(key, shown(*found) + " is not of type 'array'");
  if (found->get_array().empty()) refuse(key, "[] is too short");
  return found->get_array();
}

void check(const json::object& in, std::initializer_list<Property> properties, Others others) {
  for (const Property& property : properties) {
    const json::value* value = in.if_contains(property.key);
    if (value != nullptr)
      check_member(property, *value);
    else if (property.required)
      throw Error(ErrorKind::invalid, view_text(property.key) + " is a required property");
  }
  if (others == Others::kept) return;
  for (const auto& entry : in) {
    const bool known = std::any_of(properties.begin(), properties.end(),
                                   [&](const Property& p) { return p.key == entry.key(); });
    if (!known)
      throw Error(ErrorKind::invalid, "Additional properties are not allowed (" +
                                          view_text(entry.key()) + " was unexpected)");
  }
}

void require_not_empty(const json::object& in) {
  if (in.empty()) throw Error(ErrorKind::invalid, "{} does not have enough properties");
}

void require_same_id(const json::object& in, const std::string& id) {
  const json::value* value = in.if_contains("id");
  if (value != nullptr && !value->is_null() && *value != json::string_view(id))
    throw Error(ErrorKind::invalid, "Cannot change ID");
}

std::string text_of(const json::object& in, std::string_view key) {
  std::string value;
  take(in, key, value);
  return value;
}

void take(const json::object& in, std::string_view key, std::string& value) {
  if (const json::value* found = in.if_contains(key))
    value = found->is_string() ? std::string(text_view(*found)) : std::string();
}

void take(const json::object& in, std::string_view key, bool& value) {
  if (const json::value* found = in.if_contains(key)) value = found->get_bool();
}

void take(const json::object& in, std::string_view key, std::int64_t& value) {
  if (const json::value* found = in.if_contains(key)) value = found->get_int64();
}

std::string extra_of(const json::object& in, std::initializer_list<std::string_view> known,
                     const std::string& old) {
  return merged_extra(old, in, known);
}

json::object extra_view(const std::string& extra) {
  return parse_json(extra).as_object();
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string api_root(const http::Request& request) {
  return request.base_url + "/identity/v3";
}

json::object linked(const http::Request& request, json::object view, const std::string& path) {
  const std::string id(text_view(view.at("id")));
  view["links"] = json::object{{"self", api_root(request) + path + "/" + id}};
  return view;
}

http::Response member(const http::Request& request, int status, std::string_view key,
                      json::object view, const std::string& path) {
  json::object body;
  body[key] = linked(request, std::move(view), path);
  return http::object_response(status, body);
}

http::Response collection(const http::Request& request, std::string_view key, json::array views) {
  return collection_answer(request, key, std::move(views));
}

bool matches(const http::Request& request, const json::object& view,
             std::initializer_list<std::string_view> names) {
  const ListFilter filter(request, names);
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) {
    const json::value* have = view.if_contains(name);
    return !filter.has(name) ||
           (have != nullptr &&
            filter.accepts_text(name, have->is_string() ? text_view(*have) : std::string_view()));
  });
}

void refuse_missing(const std::string& what, const std::string& id) {
  throw Error(ErrorKind::not_found, "Could not find " + what + ": " + id + ".");
}

}  // namespace virga::identity
