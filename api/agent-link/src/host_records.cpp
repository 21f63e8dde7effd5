// SPDX-License-Identifier: Apache-2.0
#include "api/agent-link/host_records.h"

#include <set>

#include "api/agent-link/src/snapshot_records.h"
#include "api/compute/instance_delete.h"
#include "api/compute/instance_shelve.h"
#include "api/network/port_allocation.h"
#include "common/log.h"
#include "db/model/instance_status.h"
#include "db/store/aggregates.h"
#include "db/store/host_bases.h"
#include "db/store/host_strays.h"
#include "db/store/hosts.h"
#include "db/store/image_cache.h"
#include "db/store/instance_snapshots.h"
#include "db/store/instances.h"
#include "db/store/networks.h"
#include "db/store/ports.h"

namespace virga::agent_link {
namespace {

constexpr int kFaultCode = 500;
constexpr std::int64_t kShownAfter = 10;  // failed tries of a first start: three to four minutes

model::DesiredNetwork compile_network(store::ReadTx& tx, const std::string& id,
                                      const std::string& host_id) {
  model::DesiredNetwork desired;
  const auto network = store::networks::find(tx, id);
  desired.id = id;
  if (network) {
    desired.name = network->name;
    desired.physical_network = network->physical_network;
    desired.mtu = network->mtu;
  }
  desired.subnets = store::networks::list_subnets_of(tx, id);
  const auto dhcp = store::ports::list_of_device(tx, network::dhcp_device(id, host_id));
  if (!dhcp.empty()) desired.dhcp_port = dhcp.front();
  return desired;
}

/// A failure that only another request mends, or a first start that fails again and again, is shown
/// as a fault. It goes away when the guest runs after all: the host never stops trying.
void show_fault(store::WriteTx& tx, const model::Instance& before,
                const model::ObservedInstance& seen, TimeUs now_us) {
  if (before.wish == model::PowerWish::absent) return;
  const bool hopeless = seen.permanent || (before.launched_us == 0 && seen.attempts >= kShownAfter);
  if (hopeless && before.fault_code == 0)
    store::instances::set_fault(tx, before.id, kFaultCode, seen.last_error, now_us);
  else if (before.fault_code != 0 && seen.power == model::PowerState::running &&
           seen.last_error.empty())
    store::instances::set_fault(tx, before.id, 0, "", now_us);
}

/// What a report means for the wish of one instance.
void settle(store::WriteTx& tx, const model::Instance& before, const model::ObservedInstance& seen,
            TimeUs now_us) {
  const bool current = seen.generation == before.generation;
  if (!current) return;
  if (before.wish == model::PowerWish::absent && seen.power == model::PowerState::absent &&
      seen.last_error.empty() && seen.step.empty()) {
    if (before.shelving == model::Shelving::offload) {
      log::info("instance offloaded", {{"instance", before.id}, {"host", before.host_id}});
      compute::finish_offload(tx, before, now_us);
      return;
    }
    log::info("instance deleted", {{"instance", before.id}, {"host", before.host_id}});
    compute::finish_instance_delete(tx, before, now_us);
    return;
  }
  if (before.wish == model::PowerWish::running && seen.stopped_by_guest &&
      seen.run_epoch == before.run_epoch) {
    log::info("guest powered itself off", {{"instance", before.id}});
    store::instances::set_wish(tx, before, model::PowerWish::stopped, model::PowerVerb::stop, false,
                               now_us);
    return;
  }
  show_fault(tx, before, seen, now_us);
}

/// Takes over what the host's image cache holds, and what that ends.
void record_bases(store::WriteTx& tx, const std::string& host_id,
                  const model::ObservedHost& observed, TimeUs now_us) {
  if (!observed.bases) return;
  store::host_bases::replace(tx, host_id, *observed.bases);
  store::image_cache::finish_drops(tx, host_id);
  store::image_cache::finish_queue(tx, now_us);
}

void finish_revert(store::WriteTx& tx, const std::string& id) {
  const auto now = store::instances::find(tx, id, "");
  if (now && model::is_done(*now)) store::instances::finish_revert(tx, id);
}

std::vector<model::DesiredSnapshot> compile_snapshots(
    store::ReadTx& tx, const std::string& host_id,
    const std::vector<model::DesiredInstance>& instances) {
  std::vector<model::DesiredSnapshot> desired;
  for (const auto& s : store::instance_snapshots::list_of_host(tx, host_id))
    for (const auto& d : instances)
      if (d.instance.id == s.instance_id)
        desired.push_back({s.image_id, s.instance_id, d.instance.disks.number,
                           s.kind == model::SnapshotKind::shelve});
  return desired;
}

}  // namespace

model::DesiredHost compile_desired(store::ReadTx& tx, const std::string& host_id,
                                   const std::string& availability_zone) {
  model::DesiredHost desired;
  desired.host_id = host_id;
  std::set<std::string> networks;
  const std::string zone = store::aggregates::zone_of(tx, host_id);
  for (auto& instance : store::instances::list_of_host(tx, host_id)) {
    model::DesiredInstance d;
    d.ports = store::ports::list_of_device(tx, instance.id);
    for (const auto& port : d.ports) networks.insert(port.network_id);
    d.availability_zone = zone.empty() ? availability_zone : zone;
    d.instance = std::move(instance);
    desired.instances.push_back(std::move(d));
  }
  for (const auto& id : networks) desired.networks.push_back(compile_network(tx, id, host_id));
  desired.prefetch = store::image_cache::list_prefetches(tx, host_id);
  desired.drop = store::image_cache::list_drops(tx, host_id);
  desired.snapshots = compile_snapshots(tx, host_id, desired.instances);
  return desired;
}

void record_observed(store::WriteTx& tx, const std::string& host_id,
                     const model::ObservedHost& observed, TimeUs now_us,
                     std::int64_t offload_after_s) {
  store::hosts::set_observed(tx, host_id, observed, now_us);
  for (const auto& seen : observed.instances) {
    const auto before = store::instances::find(tx, seen.id, "");
    if (!before || before->host_id != host_id) continue;
    if (seen.generation > before->generation) continue;  // nobody wished that
    store::instances::set_observed(tx, host_id, seen, now_us);
    settle(tx, *before, seen, now_us);
    if (before->resizing == model::Resizing::revert) finish_revert(tx, before->id);
    if (before->shelving != model::Shelving::none)
      settle_shelf(tx, before->id, offload_after_s, now_us);
  }
  record_snapshots(tx, host_id, observed.snapshots);
  record_bases(tx, host_id, observed, now_us);
  if (observed.strays) store::host_strays::replace(tx, host_id, *observed.strays, now_us);
}

}  // namespace virga::agent_link
