// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/json.h"
#include "db/store/hosts.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

json::object view(const ComputeDeps& deps, const model::Host& h) {
  const bool up = h.last_seen_us + model::kHostSilence > deps.clock.now_us();
  return {{"id", h.number},
          {"binary", "nova-compute"},
          {"host", h.name},
          {"zone", deps.availability_zone},
          {"status", h.enabled ? "enabled" : "disabled"},
          {"state", up ? "up" : "down"},
          {"updated_at",
           h.last_seen_us == 0 ? json::value(nullptr) : json::value(format_naive(h.last_seen_us))},
          {"disabled_reason",
           h.disabled_reason.empty() ? json::value(nullptr) : json::value(h.disabled_reason)}};
}

Response list(ComputeDeps& deps, const Request& request) {
  const auto host = request.parameter("host");
  const auto binary = request.parameter("binary");
  json::array views;
  for (const auto& h : deps.db.read([](ReadTx& tx) { return store::hosts::list(tx); })) {
    if (host && h.name != *host) continue;
    if (binary && *binary != "nova-compute") continue;
    views.push_back(view(deps, h));
  }
  return http::json_response(200, {{"services", std::move(views)}});
}

Response zones(ComputeDeps& deps, const Request&) {
  return http::json_response(
      200, {{"availabilityZoneInfo", json::array{json::object{{"zoneName", deps.availability_zone},
                                                              {"zoneState", {{"available", true}}},
                                                              {"hosts", nullptr}}}}});
}

}  // namespace

void add_service_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/compute/v2.1/os-services", "os_compute_api:os-services:list", bind(list));
  r.get("/compute/v2.1/os-availability-zone", "os_compute_api:os-availability-zone:list",
        bind(zones));
}

}  // namespace virga::compute
