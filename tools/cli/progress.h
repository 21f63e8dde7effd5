// SPDX-License-Identifier: Apache-2.0
// Waiting for servers, with the steps that they take.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tools/cli/context.h"
#include "tools/cli/names.h"

namespace virga::cli {

/// Whether and how long a command waits.
struct Waiting {
  bool yes = false;          ///< --wait
  bool no = false;           ///< --no-wait
  std::int64_t limit = 600;  ///< seconds

  /// The default is to wait when a person watches.
  bool is_wanted(const Context& context) const { return !no && (yes || context.is_watched()); }
};

/// What a server does now, in words: from its status, its task and the step of its host. Pure.
/// "" when it does nothing.
std::string step_text(const std::string& status, const std::string& task, const std::string& step);

/// Waits until all are ACTIVE; says on standard error what happens, live on a terminal.
/// @throws Failure{failed} with the fault of those that are in ERROR; Failure{unreachable} when
/// the time is over
void wait_until_active(Context& context, const std::vector<Named>& servers, const Waiting& waiting);

/// Waits until none is there any more.
void wait_until_gone(Context& context, const std::vector<Named>& servers, const Waiting& waiting);

}  // namespace virga::cli
