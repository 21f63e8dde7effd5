// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/metadef_common.h"

#include <algorithm>
#include <charconv>

#include "common/error.h"
#include "db/store/metadef_namespaces.h"

namespace virga::image {

namespace {

http::Target facts_of(const model::MetadefNamespace& space) {
  return {{"project_id", space.owner}, {"visibility", space.is_public ? "public" : "private"}};
}

}  // namespace

bool may_see(const model::MetadefNamespace& space, const http::Request& request) {
  return request.allows("get_metadef_namespace", facts_of(space));
}

model::MetadefNamespace get_metadef_namespace(store::ReadTx& tx, const http::Request& request) {
  const std::string& name = request.param("namespace");
  auto space = store::metadef_namespaces::find(tx, name);
  if (!space || !may_see(*space, request))
    throw Error(ErrorKind::not_found, "Metadata definition namespace=" + name + " was not found.");
  request.require(facts_of(*space));
  return std::move(*space);
}

json::object read_metadef_body(const http::Request& request,
                               std::initializer_list<std::string_view> read_only) {
  if (request.body.empty()) throw Error(ErrorKind::invalid, "Body expected in request.");
  json::value body = request.json();
  if (!body.is_object())
    throw Error(ErrorKind::invalid, "Unexpected body type. Expected a JSON object.");
  for (const auto key : read_only)
    if (body.get_object().contains(key))
      throw Error(ErrorKind::forbidden, "Attribute '" + std::string(key) + "' is read-only.");
  return std::move(body.get_object());
}

bool is_ascending(const http::Request& request) {
  const std::string direction = request.parameter("sort_dir").value_or("desc");
  if (direction != "asc" && direction != "desc")
    throw Error(ErrorKind::invalid, "Invalid sort direction: " + direction);
  return direction == "asc";
}

void require_visibility(const http::Request& request,
                        std::initializer_list<std::string_view> words) {
  const std::string visibility = request.parameter("visibility").value_or("");
  if (!visibility.empty() && std::find(words.begin(), words.end(), visibility) == words.end())
    throw Error(ErrorKind::invalid, "Invalid visibility value: " + visibility);
}

std::optional<std::int64_t> read_limit(const http::Request& request, std::int64_t least) {
  const auto text = request.parameter("limit");
  if (!text || text->empty()) return std::nullopt;
  std::int64_t limit = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, failure] = std::from_chars(text->data(), end, limit);
  if (failure != std::errc{} || rest != end)
    throw Error(ErrorKind::invalid, "limit param must be an integer");
  if (limit < least) throw Error(ErrorKind::invalid, "limit param must be positive");
  return limit;
}

void require_unprotected(const model::MetadefNamespace& space, const std::string& what) {
  if (space.is_protected)
    throw Error(ErrorKind::forbidden,
                "Metadata definition " + what + " is protected and cannot be deleted.");
}

}  // namespace virga::image
