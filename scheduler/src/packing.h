// SPDX-License-Identifier: Apache-2.0
// Which of the hosts that pass is taken.
#pragma once

#include "scheduler/src/cloud.h"
#include "scheduler/src/query.h"

namespace virga::scheduler {

/// The host of the default policy, or kNoSlot.
Slot pack(const Cloud& cloud, const Query& query);

/// The host that Nova's weighers like best, or kNoSlot; the name breaks ties.
Slot weigh(const Cloud& cloud, const Query& query);

}  // namespace virga::scheduler
