// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/service_list.h"

#include "db/store/aggregates.h"
#include "db/store/control_services.h"
#include "db/store/hosts.h"

namespace virga::compute {
namespace {

ShownService of_host(const ComputeDeps& deps, const model::Host& host, const std::string& zone) {
  ShownService s;
  s.id = host.id;
  s.number = host.number;
  s.binary = "nova-compute";
  s.topic = "compute";
  s.host = host.name;
  s.zone = zone.empty() ? deps.availability_zone : zone;
  s.enabled = host.enabled;
  s.disabled_reason = host.disabled_reason;
  s.forced_down = host.forced_down;
  s.up = is_up(host, deps.clock.now_us());
  s.updated_us = host.last_seen_us;
  return s;
}

/// A service of this process is up while it answers; of others the start is known.
ShownService of_control_plane(const ComputeDeps& deps, const model::ControlService& service) {
  ShownService s;
  s.id = service.id;
  s.number = service.number;
  s.binary = service.name;
  s.topic = service.name.substr(service.name.find('-') + 1);
  s.host = service.host;
  s.zone = kInternalZone;
  s.up = service.host == deps.control_host;
  s.updated_us = s.up ? deps.clock.now_us() : service.started_us;
  return s;
}

}  // namespace

std::vector<ShownService> list_services(store::ReadTx& tx, const ComputeDeps& deps) {
  auto zones = store::aggregates::zones(tx);
  std::vector<ShownService> services;
  for (const auto& host : store::hosts::list(tx))
    services.push_back(of_host(deps, host, zones[host.id]));
  for (const auto& service : store::control_services::list(tx))
    services.push_back(of_control_plane(deps, service));
  return services;
}

ShownService service_of(store::ReadTx& tx, const ComputeDeps& deps, const model::Host& host) {
  return of_host(deps, host, store::aggregates::zone_of(tx, host.id));
}

bool is_up(const model::Host& host, TimeUs now_us) {
  return !host.forced_down && host.last_seen_us + model::kHostSilence > now_us;
}

void note_control_services(store::WriteTx& tx, const ComputeDeps& deps) {
  for (const char* name : {"nova-scheduler", "nova-conductor"})
    store::control_services::note_start(tx, deps.control_host, name, deps.clock.now_us());
}

}  // namespace virga::compute
