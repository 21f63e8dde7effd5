// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/resource.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "common/error.h"
#include "common/log.h"

namespace virga::identity {
namespace {

constexpr std::string_view kSelf = "self";

std::string encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~:,").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

std::string query_of(const http::Request& request, std::string_view without = {}) {
  std::string query;
  for (const auto& [key, value] : request.query) {
    if (key == without) continue;
    query += (query.empty() ? "?" : "&") + encoded(key);
    if (!value.empty()) query += "=" + encoded(value);
  }
  return query;
}

json::object parsed(const std::string& text) {
  if (text.empty() || text == "{}") return {};
  json::value value = parse_json(text);
  return value.is_object() ? std::move(value.get_object()) : json::object();
}

std::string no_change(std::string_view verb, std::string_view kind, const std::string& id) {
  return "Unable to " + std::string(verb) + " immutable " + std::string(kind) + " resource: `" +
         id + ". Set resource option \"immutable\" to false first.";
}

}  // namespace

std::string link(const http::Request& request, std::string_view path) {
  return request.base_url + "/identity/v3/" + std::string(path);
}

std::string own_link(const http::Request& request) {
  return request.base_url + request.path + query_of(request);
}

http::Response resource_answer(int status, const http::Request& request, std::string_view key,
                               json::object view) {
  const std::string path =
      std::string(key) + "s/" + std::string(view.at("id").as_string());  // all plurals end so
  view["links"] = json::object{{kSelf, link(request, path)}};
  json::object body;
  body[key] = std::move(view);
  return http::object_response(status, body);
}

http::Response collection_answer(const http::Request& request, std::string_view key,
                                 json::array views) {
  for (json::value& view : views) {
    json::object& object = view.as_object();
    if (object.contains("links")) continue;
    const std::string path = std::string(key) + "/" + std::string(object.at("id").as_string());
    object["links"] = json::object{{kSelf, link(request, path)}};
  }
  json::object body;
  body[key] = std::move(views);
  body["links"] =
      json::object{{"next", nullptr}, {kSelf, own_link(request)}, {"previous", nullptr}};
  return http::object_response(200, body);
}

namespace {

/// What a list of this thread took last: lists of about one length follow each other, and a buffer
/// that grows is copied each time.
thread_local std::size_t usual_size = 4096;  // NOLINT(*-avoid-non-const-global-variables)
constexpr std::size_t kMostExpected = 1U << 20U;

}  // namespace

Listing::Listing(const http::Request& request, std::string_view key)
    : request_(request), out_(usual_size), marker_(request.parameter("marker").value_or("")) {
  const std::string limit = request.parameter("limit").value_or("");
  const char* const end = limit.data() + limit.size();
  const auto [rest, failure] = std::from_chars(limit.data(), end, limit_);
  if (failure != std::errc{} || rest != end) limit_ = 0;
  out_.begin_object();
  out_.key(key);
  out_.begin_array();
}

bool Listing::admit(const std::string& id) {
  if (limit_ > 0 && count_ == limit_) {
    more_ = true;
    return false;
  }
  ++count_;
  if (limit_ > 0) last_ = id;
  return true;
}

http::Response Listing::finish() {
  out_.end_array();
  out_.key("links");
  out_.begin_object();
  if (more_) {
    const std::string query = query_of(request_, "marker");
    out_.member("next", request_.base_url + request_.path + query + (query.empty() ? "?" : "&") +
                            "marker=" + encoded(last_));
  } else {
    out_.member("next", nullptr);
  }
  out_.member(kSelf, own_link(request_));
  out_.member("previous", nullptr);
  out_.end_object();
  out_.end_object();
  http::Response response;
  response.body = out_.take();
  usual_size = std::min(response.body.size() + response.body.size() / 8, kMostExpected);
  return response;
}

std::string merged_extra(const std::string& before, const json::object& in,
                         std::initializer_list<std::string_view> known) {
  json::object extra = parsed(before);
  for (const auto& member : in) {
    const std::string_view key(member.key().data(), member.key().size());
    if (key == "id" || key == "links" || key == "extra") continue;
    if (std::find(known.begin(), known.end(), key) == known.end()) extra[key] = member.value();
  }
  return json::serialize(extra);
}

void add_extra(json::object& view, const std::string& extra) {
  for (const auto& member : parsed(extra))
    view.emplace(member.key(), member.value());  // does not replace
}

void write_extra(JsonWriter& out, const std::string& extra) {
  if (extra == "{}") return;
  // Mostly as json::serialize() wrote it: then all behind the first name is taken as it stands, for
  // reading it would be most of the work of a long list.
  const std::size_t quote = extra.find_first_of("\"\\", 2);
  if (extra.starts_with("{\"") && quote != std::string::npos && extra.ends_with('}') &&
      extra.compare(quote, 2, "\":") == 0) {
    const std::string_view text(extra);
    out.key(text.substr(2, quote - 2));
    out.raw(text.substr(quote + 2, text.size() - quote - 3));
    return;
  }
  for (const auto& member : parsed(extra)) {
    out.key({member.key().data(), member.key().size()});
    out.raw(json::serialize(member.value()));
  }
}

std::string merged_options(const std::string& before, const json::object* change) {
  if (change == nullptr) return before;
  json::object options = parsed(before);
  for (const auto& option : *change) {
    if (option.value().is_null())
      options.erase(option.key());
    else
      options[option.key()] = option.value();
  }
  return json::serialize(options);
}

bool is_immutable(const std::string& options) {
  const json::object object = parsed(options);
  const json::value* const immutable = object.if_contains("immutable");
  return immutable != nullptr && *immutable == true;
}

void refuse_immutable_update(std::string_view kind, const std::string& id,
                             const std::string& options, const json::object& change) {
  if (!is_immutable(options)) return;
  const json::value* const changed = change.if_contains("options");
  const json::value* const wish = changed != nullptr && changed->is_object()
                                      ? changed->get_object().if_contains("immutable")
                                      : nullptr;
  const bool freed = wish != nullptr && (wish->is_null() || *wish == false);
  if (change.size() != 1 || !freed)
    throw Error(ErrorKind::forbidden, no_change("update", kind, id));
}

void refuse_immutable_delete(std::string_view kind, const std::string& id,
                             const std::string& options) {
  if (is_immutable(options)) throw Error(ErrorKind::forbidden, no_change("delete", kind, id));
}

void record(const http::Request& request, std::string_view what, const std::string& id) {
  log::info(what, {{"id", id},
                   {"by", request.caller ? request.who().user_id : "nobody"},
                   {"peer", request.peer},
                   {"request", request.request_id}});
}

void throw_not_found(std::string_view kind, const std::string& id) {
  throw Error(ErrorKind::not_found, "Could not find " + std::string(kind) + ": " + id + ".");
}

void throw_duplicate(std::string_view kind, const std::string& name, const std::string& domain_id) {
  throw Error(ErrorKind::conflict, "Conflict occurred attempting to store " + std::string(kind) +
                                       " - Duplicate entry found with name " + name +
                                       (domain_id.empty() ? "" : " at domain ID " + domain_id) +
                                       ".");
}

}  // namespace virga::identity
