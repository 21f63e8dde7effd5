// SPDX-License-Identifier: Apache-2.0
#include "api/http/message.h"

#include <boost/json/serialize.hpp>
#include <boost/json/serializer.hpp>

#include "api/http/router.h"
#include "common/error.h"
#include "common/json.h"

namespace virga::http {

bool Caller::has_role(std::string_view name) const noexcept {
  for (const auto& role : roles)
    if (role.second == name) return true;
  return false;
}

std::string_view Request::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

const std::string& Request::param(std::string_view name) const {
  for (const auto& [key, value] : params)
    if (key == name) return value;
  throw Error(ErrorKind::internal, "The route has no parameter " + std::string(name) + ".");
}

boost::json::value Request::json() const {
  return parse_json(body, JsonLimits{});
}

Response json_response(int status, const boost::json::value& body) {
  Response response;
  response.status = status;
  response.body = boost::json::serialize(body);
  return response;
}

Response object_response(int status, const boost::json::object& body) {
  Response response;
  response.status = status;
  boost::json::serializer serializer;
  serializer.reset(&body);
  // Usually one piece: growing step by step would copy the text several times.
  for (std::size_t used = 0; !serializer.done();) {
    response.body.resize(used + 4096);
    const auto piece = serializer.read(response.body.data() + used, 4096);
    used += piece.size();
    response.body.resize(used);
  }
  return response;
}

Response empty_response(int status) {
  Response response;
  response.status = status;
  response.content_type.clear();
  return response;
}

void Request::require(const Target& target) const {
  settled = true;
  if (authorizer == nullptr || caller == nullptr || !authorizer->allows(*caller, policy, target))
    throw Error(ErrorKind::forbidden, "You are not authorized to perform the requested action: " +
                                          std::string(policy) + ".");
}

bool Request::allows(std::string_view other_policy, const Target& target) const {
  return authorizer != nullptr && caller != nullptr &&
         authorizer->allows(*caller, other_policy, target);
}

}  // namespace virga::http
