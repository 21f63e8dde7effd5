// SPDX-License-Identifier: Apache-2.0
// Hosts with what is used of them. Private to api/compute.
#pragma once

#include <string>
#include <vector>

#include "api/compute/compute_api.h"
#include "db/model/host.h"
#include "db/store/allocations.h"

namespace virga::compute {

struct Hypervisor {
  model::Host host;
  store::allocations::Amount used;
  std::int64_t memory_reserve_mib = 0;
  std::int64_t tasks = 0;  ///< instances whose wish is not done yet
  bool up = false;

  std::int64_t memory_mib_used() const { return used.memory_mib + memory_reserve_mib; }
};

/// Ordered by number.
std::vector<Hypervisor> list_hypervisors(store::ReadTx& tx, const ComputeDeps& deps);
Hypervisor hypervisor_of(store::ReadTx& tx, const ComputeDeps& deps, const model::Host& host);

/// What the program "uptime" would print on the host; empty when it is not known.
std::string uptime_of(const model::Host& host, TimeUs now_us);

}  // namespace virga::compute
