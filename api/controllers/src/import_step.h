// SPDX-License-Identifier: Apache-2.0
// One phase of one import.
#pragma once

#include "api/controllers/image_import.h"

namespace virga::controllers {

/// True when the next phase waits for a stranger's server.
bool fetches_from_web(const model::ImageTask& task);

/// Takes the next phase, and records what came of it. One thread works on a task at a time.
void step_import(ImportDeps& deps, const model::ImageTask& task);

}  // namespace virga::controllers
