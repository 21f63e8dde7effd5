// SPDX-License-Identifier: Apache-2.0
// Between rows and what a host is told and reports.
#pragma once

#include <string>

#include "db/model/host_state.h"
#include "db/store/database.h"

namespace virga::agent_link {

/// Everything that a host is to be, from the rows. The revision is left 0.
/// @param availability_zone of hosts for which no aggregate says another
model::DesiredHost compile_desired(store::ReadTx& tx, const std::string& host_id,
                                   const std::string& availability_zone);

/// Takes a host's report over: observed columns, the ends of deletes, faults, and guests that
/// powered themselves off; how the images that it makes go on; what its image cache holds, and what
/// that ends. Touches only instances that are placed on that host.
/// @param offload_after_s how long shelved instances keep their disks; -1: for ever
void record_observed(store::WriteTx& tx, const std::string& host_id,
                     const model::ObservedHost& observed, TimeUs now_us,
                     std::int64_t offload_after_s = 0);

}  // namespace virga::agent_link
