// SPDX-License-Identifier: Apache-2.0
// How a command ends: fixed exit codes, and the exception that carries one.
#pragma once

#include <stdexcept>
#include <string>

#include "common/error.h"

namespace virga::cli {

/// Exit codes. Scripts rely on them: docs/cli.md.
enum class Exit : int {
  ok = 0,
  failed = 1,       ///< the operation was refused or failed
  usage = 2,        ///< the command line or the configuration is wrong
  not_found = 3,    ///< an object that was named is not there
  refused = 4,      ///< who asks is unknown, or may not
  conflict = 5,     ///< the state of an object does not allow it
  unreachable = 6,  ///< the cloud does not answer, or not in time
};

/// A failure with a whole sentence for the person.
class Failure : public std::runtime_error {
 public:
  Failure(Exit code, const std::string& message) : std::runtime_error(message), code_(code) {}
  Exit code() const noexcept { return code_; }

 private:
  Exit code_;
};

/// The exit code for an HTTP status of 400 or more.
Exit exit_of_status(int status) noexcept;
/// The exit code for an error of our libraries.
Exit exit_of(ErrorKind kind) noexcept;

}  // namespace virga::cli
