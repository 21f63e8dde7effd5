// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/json.h"
#include "db/store/allocations.h"
#include "db/store/hosts.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

struct Known {
  model::Host host;
  store::allocations::Amount used;
};

std::vector<Known> read_all(ComputeDeps& deps) {
  return deps.db.read([](ReadTx& tx) {
    auto used = store::allocations::used_by_host(tx);
    std::vector<Known> known;
    for (auto& host : store::hosts::list(tx)) {
      const auto amount = used[host.id];
      known.push_back({std::move(host), amount});
    }
    return known;
  });
}

bool is_up(const ComputeDeps& deps, const model::Host& h) {
  return h.last_seen_us + model::kHostSilence > deps.clock.now_us();
}

json::object summary(const ComputeDeps& deps, const model::Host& h) {
  return {{"id", h.number},
          {"hypervisor_hostname", h.name},
          {"state", is_up(deps, h) ? "up" : "down"},
          {"status", h.enabled ? "enabled" : "disabled"}};
}

/// "7.2.22" -> 7002022, as libvirt counts.
std::int64_t version_number(const std::string& text) {
  std::int64_t parts[3] = {0, 0, 0};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (auto& part : parts) {
    const auto [next, failure] = std::from_chars(at, end, part);
    if (failure != std::errc{}) break;
    at = next == end ? next : next + 1;
  }
  return parts[0] * 1'000'000 + parts[1] * 1'000 + parts[2];
}

json::object view(const ComputeDeps& deps, const Known& known) {
  const model::Host& h = known.host;
  json::object v = summary(deps, h);
  v["hypervisor_type"] = "QEMU";
  v["hypervisor_version"] = version_number(h.hypervisor_version);
  v["host_ip"] = h.address;
  v["vcpus"] = h.vcpus;
  v["vcpus_used"] = known.used.vcpus;
  v["memory_mb"] = h.memory_mib;
  v["memory_mb_used"] = known.used.memory_mib + deps.memory_reserve_mib;
  v["free_ram_mb"] = h.memory_mib - known.used.memory_mib - deps.memory_reserve_mib;
  v["local_gb"] = h.disk_gib;
  v["local_gb_used"] = known.used.disk_gib;
  v["free_disk_gb"] = h.disk_gib - known.used.disk_gib;
  v["disk_available_least"] = h.disk_gib - known.used.disk_gib;
  v["running_vms"] = known.used.instances;
  v["current_workload"] = 0;
  v["cpu_info"] = h.cpu_info;
  v["service"] =
      json::object{{"id", h.number},
                   {"host", h.name},
                   {"disabled_reason", h.disabled_reason.empty() ? json::value(nullptr)
                                                                 : json::value(h.disabled_reason)}};
  return v;
}

Response list(ComputeDeps& deps, const Request&) {
  json::array views;
  for (const auto& k : read_all(deps)) views.push_back(summary(deps, k.host));
  return http::json_response(200, {{"hypervisors", std::move(views)}});
}

Response detail(ComputeDeps& deps, const Request&) {
  json::array views;
  for (const auto& k : read_all(deps)) views.push_back(view(deps, k));
  return http::json_response(200, {{"hypervisors", std::move(views)}});
}

Response show(ComputeDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  for (const auto& k : read_all(deps))
    if (std::to_string(k.host.number) == id)
      return http::json_response(200, {{"hypervisor", view(deps, k)}});
  throw Error(ErrorKind::not_found, "Compute host " + id + " could not be found.");
}

}  // namespace

void add_hypervisor_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/compute/v2.1/os-hypervisors", "os_compute_api:os-hypervisors:list", bind(list));
  r.get("/compute/v2.1/os-hypervisors/detail", "os_compute_api:os-hypervisors:list-detail",
        bind(detail));
  r.get("/compute/v2.1/os-hypervisors/{id}", "os_compute_api:os-hypervisors:show", bind(show));
}

}  // namespace virga::compute
