// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/failure.h"

namespace virga::cli {

Exit exit_of_status(int status) noexcept {
  switch (status) {
    case 401:
    case 403:
      return Exit::refused;
    case 404:
      return Exit::not_found;
    case 409:
      return Exit::conflict;
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
      return Exit::unreachable;
    default:
      return Exit::failed;
  }
}

Exit exit_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::invalid:
      return Exit::usage;
    case ErrorKind::unauthorized:
    case ErrorKind::forbidden:
      return Exit::refused;
    case ErrorKind::not_found:
      return Exit::not_found;
    case ErrorKind::conflict:
      return Exit::conflict;
    case ErrorKind::unavailable:
      return Exit::unreachable;
    default:
      return Exit::failed;
  }
}

}  // namespace virga::cli
