// SPDX-License-Identifier: Apache-2.0
// Availability zones: where the services are. A zone is available while one of its services is
// enabled.
#include <map>
#include <set>

#include "api/compute/src/routes.h"
#include "api/compute/src/service_list.h"
#include "api/http/bind.h"
#include "common/json.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;

struct Zones {
  std::map<std::string, json::object> available;  ///< name -> its hosts
  std::set<std::string> not_available;
};

Zones read_zones(ComputeDeps& deps) {
  Zones zones;
  for (const auto& s : deps.db.read([&](store::ReadTx& tx) { return list_services(tx, deps); })) {
    if (!s.enabled) {
      zones.not_available.insert(s.zone);
      continue;
    }
    json::object& hosts = zones.available[s.zone];
    if (!hosts.contains(s.host)) hosts[s.host] = json::object{};
    hosts[s.host].as_object()[s.binary] =
        json::object{{"available", s.up},
                     {"active", true},
                     {"updated_at", s.updated_us == 0 ? json::value(nullptr)
                                                      : json::value(format_naive(s.updated_us))}};
  }
  for (const auto& [name, hosts] : zones.available) zones.not_available.erase(name);
  return zones;
}

json::object view(const std::string& name, bool available, json::value hosts) {
  return {{"zoneName", name},
          {"zoneState", json::object{{"available", available}}},
          {"hosts", std::move(hosts)}};
}

Response list(ComputeDeps& deps, const Request&) {
  const Zones zones = read_zones(deps);
  json::array views;
  for (const auto& [name, hosts] : zones.available)
    if (name != kInternalZone) views.push_back(view(name, true, nullptr));
  for (const auto& name : zones.not_available) views.push_back(view(name, false, nullptr));
  return http::json_response(200, {{"availabilityZoneInfo", std::move(views)}});
}

Response detail(ComputeDeps& deps, const Request&) {
  Zones zones = read_zones(deps);
  json::array views;
  for (auto& [name, hosts] : zones.available) views.push_back(view(name, true, std::move(hosts)));
  for (const auto& name : zones.not_available) views.push_back(view(name, false, nullptr));
  return http::json_response(200, {{"availabilityZoneInfo", std::move(views)}});
}

}  // namespace

void add_availability_zone_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string path = "/compute/v2.1/os-availability-zone";
  r.get(path, "os_compute_api:os-availability-zone:list", bind(list));
  r.get(path + "/detail", "os_compute_api:os-availability-zone:detail", bind(detail));
}

}  // namespace virga::compute
