// SPDX-License-Identifier: Apache-2.0
#include "api/placement/src/answers.h"

#include <cstdio>
#include <ctime>

namespace virga::placement {
namespace {

using http::Request;
using http::Response;

constexpr http::ApiVersion kCodes{1, 23};
constexpr http::ApiVersion kTimes{1, 15};

/// What the real service says of each status before it says why.
const char* explanation_of(int status) {
  switch (status) {
    case 400:
      return "The server could not comply with the request since it is either malformed or "
             "otherwise incorrect.";
    case 403:
      return "Access was denied to this resource.";
    case 404:
      return "The resource could not be found.";
    case 405:
      return "The method specified is not allowed for this resource.";
    case 406:
      return "The resource could not be generated that was acceptable to your browser (content of "
             "type application/json).";
    case 409:
      return "There was a conflict when trying to complete your request.";
    case 415:
      return "The request media type is not supported by this server.";
    default:
      return "The server has either erred or is incapable of performing the requested operation.";
  }
}

void add_times(Response& response, const Request& request, TimeUs changed_us) {
  if (request.version < kTimes) return;
  response.headers.emplace_back("Last-Modified", http_date(changed_us));
  response.headers.emplace_back("Cache-Control", "no-cache");
}

}  // namespace

Response fault(const Request& request, int status, const std::string& message, const char* code) {
  if (status == 401) return http::identity_error(status, message);
  json::object error{{"status", status},
                     {"title", std::string(http::reason_of(status))},
                     {"detail", std::string(explanation_of(status)) + "\n\n " + message + "  "},
                     {"request_id", request.request_id}};
  if (status == 406) {
    error["max_version"] = "1.39";
    error["min_version"] = "1.0";
  } else if (request.version >= kCodes) {
    error["code"] = code;
  }
  return http::json_response(status, {{"errors", json::array{std::move(error)}}});
}

http::Handler handler(PlacementDeps& deps, HandlerFunction f) {
  return [&deps, f](const Request& request) {
    try {
      return f(deps, request);
    } catch (const Refusal& refusal) {
      return fault(request, http::status_of(refusal.kind()), refusal.what(), refusal.code());
    }
  };
}

Response document(const Request& request, const json::object& body, TimeUs changed_us, int status) {
  Response response = http::object_response(status, body);
  add_times(response, request, changed_us);
  return response;
}

Response nothing(const Request& request, int status, TimeUs changed_us) {
  Response response = http::empty_response(status);
  add_times(response, request, changed_us);
  return response;
}

std::string http_date(TimeUs time_us) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(time_us / kSecondUs);
  std::tm t{};
  gmtime_r(&seconds, &t);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %d %02d:%02d:%02d GMT", kDays[t.tm_wday], t.tm_mday,
                kMonths[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
  return text;
}

}  // namespace virga::placement
