// SPDX-License-Identifier: Apache-2.0
// Resize: another flavor, which may be taken back until it is confirmed. The root disk is a copy,
// so that the old one is as it was.
#include <algorithm>

#include "api/compute/src/server_action.h"
#include "api/compute/src/server_source.h"
#include "db/store/allocations.h"
#include "db/store/hosts.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::Instance;
using model::PowerVerb;
using model::PowerWish;
using model::Resizing;
using store::WriteTx;
using store::allocations::Amount;

Amount amount_of(const Instance& i) {
  return {i.vcpus, i.memory_mib, disk_claim(i), 1};
}

model::FlavorFacts flavor_of(const Instance& i) {
  return {i.flavor_id, i.flavor_name,   i.vcpus,   i.memory_mib,
          i.disk_gib,  i.ephemeral_gib, i.swap_mib};
}

void restore(const model::FlavorFacts& f, Instance& i) {
  i.flavor_id = f.id;
  i.flavor_name = f.name;
  i.vcpus = f.vcpus;
  i.memory_mib = f.memory_mib;
  i.disk_gib = f.disk_gib;
  i.ephemeral_gib = f.ephemeral_gib;
  i.swap_mib = f.swap_mib;
}

void require_resizable(const model::FlavorFacts& from, const model::Flavor& to) {
  if (to.id == from.id)
    throw Error(ErrorKind::invalid, "When resizing, instances must change flavor!");
  if (to.disk_gib == 0 && from.disk_gib != 0)
    throw Error(ErrorKind::invalid,
                "Server disk was unable to be resized because: Resize to zero disk flavor is not"
                " allowed.");
  if (to.disk_gib < from.disk_gib || to.ephemeral_gib < from.ephemeral_gib)
    throw Error(ErrorKind::invalid,
                "Server disk was unable to be resized because: The target flavor's disk is smaller"
                " than the present one.");
}

/// Until it is confirmed or reverted the instance holds the larger of both in everything: each way
/// out must find room.
Amount claim_both(WriteTx& tx, const Instance& i, const Amount& old, TimeUs now) {
  const Amount wanted = amount_of(i);
  const Amount both{std::max(old.vcpus, wanted.vcpus), std::max(old.memory_mib, wanted.memory_mib),
                    std::max(old.disk_gib, wanted.disk_gib), 1};
  const auto hosts = capacities(tx, now);
  const auto host =
      std::find_if(hosts.begin(), hosts.end(), [&](const auto& h) { return h.id == i.host_id; });
  const bool fits =
      host != hosts.end() && host->used_vcpus - old.vcpus + both.vcpus <= host->total_vcpus &&
      host->used_memory_mib - old.memory_mib + both.memory_mib <= host->total_memory_mib &&
      host->used_disk_gib - old.disk_gib + both.disk_gib <= host->total_disk_gib;
  if (!fits)
    throw Error(ErrorKind::invalid,
                "No valid host was found. The host of the instance has no room for the flavor.");
  store::hosts::guard(tx, i.host_id, host->generation);
  return both;
}

Response resize(ComputeDeps& deps, const Request& request, const json::value& argument) {
  if (!argument.is_object())
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute resize.");
  const Fields in(argument.get_object(), "resize");
  in.only({"flavorRef", "OS-DCF:diskConfig"});
  const std::string flavor_id = in.string("flavorRef");
  change_desired(deps, request, rules::kResize, [&](WriteTx& tx, Instance& i) {
    const model::Flavor flavor = get_usable_flavor(tx, request, flavor_id);
    const Amount old = amount_of(i);
    i.old_flavor = flavor_of(i);
    require_resizable(i.old_flavor, flavor);
    take_flavor(flavor, i);
    store::allocations::update(tx, i.id, claim_both(tx, i, old, deps.clock.now_us()));
    i.resizing = Resizing::resize;
    i.disks.replace(true, true);
    i.verb = PowerVerb::resize;
    ++i.run_epoch;
  });
  return http::empty_response(202);
}

Response confirm(ComputeDeps& deps, const Request& request, const json::value&) {
  change_desired(deps, request, rules::kConfirmResize, [](WriteTx& tx, Instance& i) {
    i.old_flavor = {};
    i.resizing = Resizing::none;
    i.disks.kept = 0;
    store::allocations::update(tx, i.id, amount_of(i));
  });
  return http::empty_response(204);
}

Response revert(ComputeDeps& deps, const Request& request, const json::value&) {
  change_desired(deps, request, rules::kRevertResize, [](WriteTx& tx, Instance& i) {
    restore(i.old_flavor, i);
    i.resizing = Resizing::revert;
    i.disks.revert();
    i.verb = PowerVerb::revert_resize;
    ++i.run_epoch;
    store::allocations::update(tx, i.id, amount_of(i));
  });
  return http::empty_response(202);
}

}  // namespace

std::vector<ServerAction> resize_actions() {
  return {{"resize", "os_compute_api:servers:resize", resize},
          {"confirmResize", "os_compute_api:servers:confirm_resize", confirm},
          {"revertResize", "os_compute_api:servers:revert_resize", revert}};
}

}  // namespace virga::compute
