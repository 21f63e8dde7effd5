// SPDX-License-Identifier: Apache-2.0
// Programs that serve one network and outlive the agent: found again, judged, started and ended.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "network/host/src/namespaces.h"

namespace virga::network {

/// A program as it should run. Its argument --pid-file=<path> is how a process is proven to be it;
/// pids and names prove nothing.
struct Helper {
  std::vector<std::string> argv;
  std::string pid_file;  ///< written by the program
};

/// The pid when the helper runs with exactly these arguments, from the program file as it is now,
/// in this namespace and in a root folder that still exists.
std::optional<pid_t> find_running(const Helper& helper, const Namespace& space);

/// Ends every process with the argument --pid-file=<pid_file>: SIGTERM, then SIGKILL.
/// Waits for the end. None is success.  @throws Error{unavailable} when one does not end
void ensure_stopped(const std::string& pid_file);

/// Starts the helper in the namespace and waits until it serves: it detaches itself when it does.
/// @throws Error{unavailable} with what it said
void start(const Helper& helper, const Namespace& space);

}  // namespace virga::network
