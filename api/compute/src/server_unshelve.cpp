// SPDX-License-Identifier: Apache-2.0
// unshelve: an instance runs again, on the host where its disks still are or on a new one.
#include <algorithm>
#include <optional>

#include "api/compute/src/decision_record.h"
#include "api/compute/src/server_action.h"
#include "api/compute/src/server_source.h"
#include "api/compute/src/server_view.h"
#include "api/network/port_allocation.h"
#include "db/store/aggregates.h"
#include "db/store/allocations.h"
#include "db/store/hosts.h"
#include "db/store/images.h"
#include "db/store/instance_actions.h"
#include "db/store/instances.h"
#include "db/store/ports.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::Instance;
using model::PowerVerb;
using model::PowerWish;
using model::Shelving;
using scheduler::HostCapacity;
using store::WriteTx;

constexpr http::ApiVersion kZones{2, 77};
constexpr http::ApiVersion kHosts{2, 91};
constexpr int kFaultCode = 500;

/// Where it is to run.
struct Place {
  std::string zone;  ///< empty: any
  std::string host;  ///< empty: any
};

std::string text_member(const Fields& in, const char* key) {
  const json::value& value = in.raw().at(key);
  if (!value.is_string() || value.get_string().empty() || value.get_string().size() > 255)
    throw Error(ErrorKind::invalid, std::string("Invalid input for field/attribute ") + key + ".");
  return std::string(value.get_string());
}

/// Before there was anything to say, whatever was said was ignored.
Place read_place(const Request& request, const json::value& argument) {
  if (request.version < kZones || argument.is_null()) return {};
  const bool hosts = request.version >= kHosts;
  if (!argument.is_object() || argument.get_object().empty())
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute unshelve.");
  const Fields in(argument.get_object(), "unshelve");
  if (hosts)
    in.only({"availability_zone", "host"});
  else
    in.only({"availability_zone"});
  Place place;
  const bool unpin = hosts && in.has("availability_zone") && !in.present("availability_zone");
  if (in.has("availability_zone") && !unpin) place.zone = text_member(in, "availability_zone");
  if (in.has("host")) place.host = text_member(in, "host");
  if (!place.host.empty() && !request.allows("os_compute_api:os-shelve:unshelve_to_host"))
    throw Error(ErrorKind::forbidden,
                "Policy doesn't allow os_compute_api:os-shelve:unshelve_to_host to be performed.");
  return place;
}

/// The hosts at that place.  @throws Error{invalid, conflict} when there is no such place
std::vector<HostCapacity> hosts_at(WriteTx& tx, const ComputeDeps& deps, const Place& place,
                                   TimeUs now) {
  auto hosts = capacities(tx, now);
  const auto zones = store::aggregates::zones(tx);
  const auto zone_of = [&](const HostCapacity& h) {
    const auto found = zones.find(h.id);
    return found == zones.end() ? deps.availability_zone : found->second;
  };
  if (!place.zone.empty() && std::none_of(hosts.begin(), hosts.end(), [&](const auto& h) {
        return h.enabled && zone_of(h) == place.zone;
      }))
    throw Error(ErrorKind::invalid, "The requested availability zone is not available");
  if (!place.host.empty()) {
    std::erase_if(hosts, [&](const auto& h) { return h.name != place.host; });
    if (hosts.empty())
      throw Error(ErrorKind::invalid, "Compute host " + place.host + " could not be found.");
  }
  if (place.zone.empty()) return hosts;
  std::erase_if(hosts, [&](const auto& h) { return zone_of(h) != place.zone; });
  if (hosts.empty())
    throw Error(
        ErrorKind::conflict,
        "Host \"" + place.host + "\" is not in the availability zone \"" + place.zone + "\".");
  return hosts;
}

void run_again(Instance& i) {
  i.wish = PowerWish::running;
  i.verb = PowerVerb::unshelve;
  ++i.run_epoch;
}

/// Claims a host and binds the ports to it.
/// @return why there is none; empty: done
std::string claim(WriteTx& tx, const ComputeDeps& deps, const Place& place, Instance& i,
                  TimeUs now) {
  const scheduler::PlacementRequest needed{i.vcpus, i.memory_mib, disk_claim(i)};
  const auto hosts = hosts_at(tx, deps, place, now);
  const auto decision = scheduler::pick(needed, hosts);
  record_decision(tx, i.id, {needed, hosts, decision}, now);
  if (!decision.host) return "No valid host was found. " + decision.explanation() + ".";
  i.host_id = decision.host->id;
  store::hosts::guard(tx, i.host_id, decision.host->generation);
  store::allocations::insert(tx, i.id, i.host_id, {i.vcpus, i.memory_mib, disk_claim(i), 1});
  store::ports::bind_device(tx, i.id, i.host_id, now);
  for (const auto& port : store::ports::list_of_device(tx, i.id))
    network::ensure_dhcp_port(tx, port.network_id, i.host_id, now);
  return {};
}

/// The bytes of its image, which its new root disk is made of; what it was made of first is what is
/// shown.
bool take_shelved_image(WriteTx& tx, Instance& i) {
  const auto image = store::images::find(tx, i.shelve_image_id);
  if (!image || !model::why_unbootable(*image).empty()) return false;
  const std::string shown = i.image_id;
  take_image(*image, i);
  i.image_id = shown;
  return true;
}

/// @return why it did not come back; empty: it does
std::string bring_back(WriteTx& tx, const ComputeDeps& deps, const Place& place, Instance i,
                       TimeUs now) {
  if (!take_shelved_image(tx, i)) {
    const std::string why =
        "Unshelve attempted but the image " + i.shelve_image_id + " cannot be found.";
    store::instances::set_fault(tx, i.id, kFaultCode, why, now);
    return why;
  }
  std::string why = claim(tx, deps, place, i, now);
  if (!why.empty()) return why;
  i.shelving = Shelving::unshelve;
  run_again(i);
  store::instances::set_desired(tx, i, now);
  return {};
}

Response unshelve(ComputeDeps& deps, const Request& request, const json::value& argument) {
  const Place place = read_place(request, argument);
  const TimeUs now = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    Instance i = get_instance(tx, request);
    require_allowed(rules::kUnshelve, i);
    std::string why;
    if (i.shelving == Shelving::offloaded) {
      why = bring_back(tx, deps, place, i, now);
    } else {
      if (!place.zone.empty() || !place.host.empty())
        throw Error(ErrorKind::conflict,
                    "Specifying an availability zone or a host when unshelving server \"" + i.id +
                        "\" with status \"shelved\" is not supported. The server status must be "
                        "SHELVED_OFFLOADED.");
      run_again(i);
      store::instances::set_desired(tx, i, now);
    }
    store::instance_actions::insert(
        tx, {request.request_id, i.id, "unshelve", request.who().user_id, request.who().project_id,
             why, now});
  });
  return http::empty_response(202);
}

}  // namespace

std::vector<ServerAction> unshelve_actions() {
  return {{"unshelve", "os_compute_api:os-shelve:unshelve", unshelve}};
}

}  // namespace virga::compute
