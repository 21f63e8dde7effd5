// SPDX-License-Identifier: Apache-2.0
// What the scheduler decided about an instance, kept for those who ask why.
#pragma once

#include <string>
#include <vector>

#include "common/clock.h"
#include "db/store/database.h"
#include "scheduler/pick.h"

namespace virga::compute {

/// A decision, and what it was made from.
struct Considered {
  const scheduler::PlacementRequest& needed;
  const std::vector<scheduler::HostCapacity>& hosts;
  const scheduler::Decision& decision;
};

/// Keeps it with what was near and what would help. The instance's row must be there.
void record_decision(store::WriteTx& tx, const std::string& instance_id,
                     const Considered& considered, TimeUs now_us);

}  // namespace virga::compute
