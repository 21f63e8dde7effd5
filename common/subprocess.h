// SPDX-License-Identifier: Apache-2.0
// Other programs: by argument vector and absolute path, never through a shell.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace virga {

/// What to run and within which limits.
struct Command {
  std::vector<std::string> argv;            ///< argv[0] is an absolute path
  std::chrono::milliseconds limit{30'000};  ///< killed with SIGKILL when it takes longer
  std::size_t max_output = 64 * 1024;       ///< kept bytes of standard output and of standard error
  std::vector<int> keep_fds = {};  ///< descriptors that the program inherits, beside 0, 1 and 2
  /// Asked several times a second; true: it is killed as if its time were over.
  std::function<bool()> is_given_up = {};
};

/// How it ended.
struct CommandResult {
  int exit_code = -1;  ///< 0..255; -1 when a signal ended it
  int signal = 0;      ///< the signal, or 0
  bool timed_out = false;
  std::string out;  ///< the first max_output bytes
  std::string err;
  bool ok() const noexcept { return exit_code == 0; }
};

/// Runs a program with an empty environment but PATH and LC_ALL=C, standard input from /dev/null,
/// and all other descriptors closed, and waits for it.
/// @throws Error{unavailable} when it cannot be started
CommandResult run(const Command& command);

/// run(), and throws when it fails.
/// @throws Error{unavailable} with the first line of its standard error
std::string run_checked(const Command& command);

/// A program that outlives this process.
struct Daemon {
  std::vector<std::string> argv;  ///< argv[0] is an absolute path
  std::string log_file;           ///< standard output and error are appended there
  int network_namespace_fd = -1;  ///< entered before the program starts; -1: stay
};

/// Starts a program in its own session, detached from this process.
/// @return its pid.  @throws Error{unavailable} when it cannot be started
int start_daemon(const Daemon& daemon);

}  // namespace virga
