// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/virgad/config.h"

namespace virga::virgad {

/// Runs the control plane until SIGTERM or SIGINT.
/// @throws Error when it cannot start
void serve(Config config);

}  // namespace virga::virgad
