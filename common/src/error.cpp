// SPDX-License-Identifier: Apache-2.0
#include "common/error.h"

#include <cerrno>
#include <system_error>

namespace virga {

const char* name_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::unauthorized:
      return "unauthorized";
    case ErrorKind::forbidden:
      return "forbidden";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::too_large:
      return "too_large";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::internal:
      return "internal";
    case ErrorKind::unknown:
      return "unknown";
  }
  return "internal";
}

void throw_errno(const std::string& what, int errno_value) {
  const ErrorKind kind = errno_value == ENOENT ? ErrorKind::not_found : ErrorKind::unavailable;
  throw Error(kind, what + ": " + std::generic_category().message(errno_value));
}

}  // namespace virga
