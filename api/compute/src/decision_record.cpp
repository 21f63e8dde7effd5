// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/decision_record.h"

#include "db/store/placement_decisions.h"
#include "scheduler/near_misses.h"

namespace virga::compute {
namespace {

constexpr std::size_t kNearMisses = 5;

}  // namespace

void record_decision(store::WriteTx& tx, const std::string& instance_id,
                     const Considered& considered, TimeUs now_us) {
  const scheduler::Decision& decision = considered.decision;
  store::placement_decisions::PlacementDecision record;
  record.instance_id = instance_id;
  record.decided_us = now_us;
  record.considered = decision.considered;
  std::vector<std::string> refused;
  for (const auto& f : decision.filters) {
    record.filters.push_back({f.filter, f.refused});
    if (f.refused > 0) refused.emplace_back(f.filter);
  }
  if (decision.host) {
    record.host_name = decision.host->name;
  } else {
    for (const auto& miss :
         scheduler::near_misses(considered.needed, considered.hosts, kNearMisses))
      record.near_misses.push_back({miss.host_name, miss.filter, miss.reason});
    record.advice = scheduler::advice(decision.considered, refused);
  }
  store::placement_decisions::put(tx, record);
}

}  // namespace virga::compute
