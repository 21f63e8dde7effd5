// SPDX-License-Identifier: Apache-2.0
// The one exception type of the project: a kind that says what the caller may do, and a sentence.
#pragma once

#include <stdexcept>
#include <string>

namespace virga {

/// What a failure means for the caller.
enum class ErrorKind {
  invalid,       ///< 400: the input is wrong; do not retry unchanged
  unauthorized,  ///< 401: who asks is unknown
  forbidden,     ///< 403: who asks may not
  not_found,     ///< 404: the object is not there, or not visible to who asks
  conflict,      ///< 409: the state of an object does not allow it
  too_large,     ///< 413: the input is over a limit
  unsupported,   ///< 415: the input is of a type that is not taken here
  unavailable,   ///< 503: nothing happened; retry with back-off
  internal,      ///< 500: a bug; logged with its context, never shown
  unknown,       ///< it may have happened: observe, then retry
};

/// A failure with a whole sentence that names the object and may be shown to users.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// The stable lower-case name of a kind ("not_found"), for logs and for the agent link.
const char* name_of(ErrorKind kind) noexcept;

/// "what failed: reason of errno", for system calls.
/// @param what the call and its object, e.g. "open /etc/virga/virga.yaml"
[[noreturn]] void throw_errno(const std::string& what, int errno_value);

}  // namespace virga
