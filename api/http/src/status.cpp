// SPDX-License-Identifier: Apache-2.0
// Statuses, their words, and the error body that services share.
#include "api/http/router.h"

namespace virga::http {

Response identity_error(int status, const std::string& message) {
  return json_response(
      status,
      {{"error",
        {{"code", status}, {"message", message}, {"title", std::string(reason_of(status))}}}});
}

int status_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::invalid:
      return 400;
    case ErrorKind::unauthorized:
      return 401;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::unsupported:
      return 415;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::internal:
    case ErrorKind::unknown:
      return 500;
  }
  return 500;
}

std::string_view reason_of(int status) noexcept {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return status >= 500 ? "Internal Server Error" : "Error";
  }
}

}  // namespace virga::http
