// SPDX-License-Identifier: Apache-2.0
// --wait, --no-wait and --timeout.
#pragma once

#include <CLI/CLI.hpp>

#include "tools/cli/progress.h"

namespace virga::cli {

/// `waiting` outlives the program's options.
inline void add_waiting_options(CLI::App& command, Waiting& waiting) {
  auto* yes = command.add_flag("--wait", waiting.yes, "Wait until it is done, as on a terminal");
  command.add_flag("--no-wait", waiting.no, "Do not wait")->excludes(yes);
  command.add_option("--timeout", waiting.limit, "Seconds to wait")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
}

}  // namespace virga::cli
