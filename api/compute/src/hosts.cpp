// SPDX-License-Identifier: Apache-2.0
// Hosts, as versions up to 2.42 show them. What libvirt hosts never could (enable, maintenance,
// power) is refused as Nova refuses it for them.
#include <map>

#include "api/compute/src/checks.h"
#include "api/compute/src/hypervisor_list.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/service_list.h"
#include "api/http/bind.h"
#include "db/store/hosts.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

constexpr http::ApiVersion kLast{2, 42};

Response list(ComputeDeps& deps, const Request& request) {
  const std::string zone = request.parameter("zone").value_or("");
  json::array views;
  for (const auto& s : deps.db.read([&](ReadTx& tx) { return list_services(tx, deps); }))
    if (s.enabled && (zone.empty() || s.zone == zone))
      views.push_back(json::object{{"host_name", s.host}, {"service", s.topic}, {"zone", s.zone}});
  return http::json_response(200, {{"hosts", std::move(views)}});
}

[[noreturn]] void refuse_missing(const std::string& name) {
  throw Error(ErrorKind::not_found, "Host '" + name + "' is not mapped to any cell");
}

/// Amounts of one row of the answer.
struct Amounts {
  std::int64_t cpu = 0;
  std::int64_t memory_mb = 0;
  std::int64_t disk_gb = 0;

  void add(const model::Instance& i) {
    cpu += i.vcpus;
    memory_mb += i.memory_mib;
    disk_gb += i.disk_gib + i.ephemeral_gib;
  }
};

json::object view(const std::string& host, const std::string& project, const Amounts& a) {
  return {{"resource", json::object{{"host", host},
                                    {"project", project},
                                    {"cpu", a.cpu},
                                    {"memory_mb", a.memory_mb},
                                    {"disk_gb", a.disk_gb}}}};
}

Response show(ComputeDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    const auto host = store::hosts::find_named(tx, name);
    if (!host) throw Error(ErrorKind::not_found, "Compute host " + name + " could not be found.");
    const Hypervisor h = hypervisor_of(tx, deps, *host);
    views.push_back(view(name, "(total)", {host->vcpus, host->memory_mib, host->disk_gib}));
    views.push_back(view(name, "(used_now)", {h.used.vcpus, h.memory_mib_used(), h.used.disk_gib}));
    Amounts sum;
    std::map<std::string, Amounts> by_project;
    for (const auto& instance : store::instances::list_of_host(tx, host->id)) {
      sum.add(instance);
      by_project[instance.project_id].add(instance);
    }
    views.push_back(view(name, "(used_max)", sum));
    for (const auto& [project, amounts] : by_project) views.push_back(view(name, project, amounts));
  });
  return http::json_response(200, {{"host", std::move(views)}});
}

/// What Nova's driver for libvirt answers, for hosts that are there.
Response refuse_for_host(ComputeDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  if (!deps.db.read([&](ReadTx& tx) { return store::hosts::find_named(tx, name); }))
    refuse_missing(name);
  return not_supported();
}

void require_switch(const Fields& in, std::string_view key) {
  if (!in.has(key)) return;
  const std::string value = in.string(key);
  for (const char* word : {"enable", "disable", "Enable", "Disable", "ENABLE", "DISABLE"})
    if (value == word) return;
  throw Error(ErrorKind::invalid, "Invalid input for field/attribute " + std::string(key) +
                                      ". Value: " + value + ". '" + value +
                                      "' is not one of ['enable', 'disable', 'Enable', 'Disable', "
                                      "'ENABLE', 'DISABLE']");
}

Response update(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  const Fields in(body.get_object(), "body");
  in.only({"status", "maintenance_mode"});
  require_switch(in, "status");
  require_switch(in, "maintenance_mode");
  if (in.raw().empty()) return http::json_response(200, {{"host", request.param("name")}});
  return refuse_for_host(deps, request);
}

}  // namespace

void add_host_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/compute/v2.1/os-hosts";
  const std::string one = all + "/{name}";
  const auto old = http::until(kLast);
  r.get(all, "os_compute_api:os-hosts:list", bind(list), old);
  r.get(one, "os_compute_api:os-hosts:show", bind(show), old);
  r.put(one, "os_compute_api:os-hosts:update", bind(update), old);
  r.get(one + "/startup", "os_compute_api:os-hosts:start", bind(refuse_for_host), old);
  r.get(one + "/shutdown", "os_compute_api:os-hosts:shutdown", bind(refuse_for_host), old);
  r.get(one + "/reboot", "os_compute_api:os-hosts:reboot", bind(refuse_for_host), old);
}

}  // namespace virga::compute
