// SPDX-License-Identifier: Apache-2.0
// Hypervisors: one for each host, under the host's name. Up to 2.52 they have numbers, later UUIDs;
// what 2.88 took away is in the Placement API.
#include <algorithm>
#include <charconv>
#include <optional>

#include "api/compute/src/checks.h"
#include "api/compute/src/hypervisor_list.h"
#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "api/http/paging.h"
#include "db/store/hosts.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

constexpr http::ApiVersion kParsedCpuInfo{2, 28};
constexpr http::ApiVersion kPages{2, 33};
constexpr http::ApiVersion kUuids{2, 53};
constexpr http::ApiVersion kEmptyServers{2, 75};
constexpr http::ApiVersion kNoCapacity{2, 88};
constexpr http::ApiVersion kLastSearch{2, 52};
constexpr http::ApiVersion kLastUptime{2, 87};

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

json::value id_of(const Request& request, const model::Host& host) {
  return request.version >= kUuids ? json::value(host.id) : json::value(host.number);
}

json::object summary(const Request& request, const Hypervisor& h) {
  return {{"id", id_of(request, h.host)},
          {"hypervisor_hostname", h.host.name},
          {"state", h.up ? "up" : "down"},
          {"status", h.host.enabled ? "enabled" : "disabled"}};
}

json::value cpu_info_of(const Request& request, const model::Host& host) {
  if (request.version < kParsedCpuInfo) return json::value(host.cpu_info);
  return host.cpu_info.empty() ? json::value(json::object{}) : parse_json(host.cpu_info);
}

void add_capacity(json::object& v, const Request& request, const Hypervisor& h) {
  const std::int64_t free_disk = h.host.disk_gib - h.used.disk_gib;
  v["vcpus"] = h.host.vcpus;
  v["vcpus_used"] = h.used.vcpus;
  v["memory_mb"] = h.host.memory_mib;
  v["memory_mb_used"] = h.memory_mib_used();
  v["free_ram_mb"] = h.host.memory_mib - h.memory_mib_used();
  v["local_gb"] = h.host.disk_gib;
  v["local_gb_used"] = h.used.disk_gib;
  v["free_disk_gb"] = free_disk;
  v["disk_available_least"] = free_disk;
  v["running_vms"] = h.used.instances;
  v["current_workload"] = h.tasks;
  v["cpu_info"] = cpu_info_of(request, h.host);
}

json::value uptime_or_null(const ComputeDeps& deps, const Hypervisor& h) {
  const std::string text = h.up ? uptime_of(h.host, deps.clock.now_us()) : "";
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object whole(const ComputeDeps& deps, const Request& request, const Hypervisor& h) {
  json::object v = summary(request, h);
  v["hypervisor_type"] = "QEMU";
  v["hypervisor_version"] = version_number(h.host.hypervisor_version);
  v["host_ip"] = h.host.address;
  v["service"] = json::object{
      {"id", id_of(request, h.host)},
      {"host", h.host.name},
      {"disabled_reason", h.host.disabled_reason.empty() ? json::value(nullptr)
                                                         : json::value(h.host.disabled_reason)}};
  if (request.version >= kNoCapacity)
    v["uptime"] = uptime_or_null(deps, h);
  else
    add_capacity(v, request, h);
  return v;
}

/// Adds the instances of the host; up to 2.74 the member is missing when there are none.
void add_servers(ReadTx& tx, json::object& v, const Request& request, const Hypervisor& h) {
  json::array servers;
  for (const auto& instance : store::instances::list_of_host(tx, h.host.id))
    servers.push_back(json::object{{"name", instance.name}, {"uuid", instance.id}});
  if (!servers.empty() || request.version >= kEmptyServers) v["servers"] = std::move(servers);
}

bool is_like(const std::string& name, const std::string& part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(name.begin(), name.end(), part.begin(), part.end(), same) != name.end();
}

std::vector<Hypervisor> named_like(ReadTx& tx, const ComputeDeps& deps, const std::string& part) {
  auto all = list_hypervisors(tx, deps);
  std::erase_if(all, [&](const Hypervisor& h) { return !is_like(h.host.name, part); });
  if (all.empty())
    throw Error(ErrorKind::not_found, "No hypervisor matching '" + part + "' could be found.");
  return all;
}

void check_list_query(const Request& request) {
  using Kind = QueryRule::Kind;
  if (request.version >= kUuids)
    check_query(request,
                {{"limit", Kind::number, true},
                 {"marker", Kind::text, true},
                 {"hypervisor_hostname_pattern", Kind::host, true},
                 {"with_servers", Kind::boolean, true}},
                Unknown::refused);
  else if (request.version >= kPages)
    check_query(request, {{"limit", Kind::number}, {"marker"}}, Unknown::ignored);
}

/// The part of the list that limit and marker ask for.
void cut_page(std::vector<Hypervisor>& all, const Request& request, const http::Paging& paging) {
  if (!paging.marker.empty()) {
    const auto at = std::find_if(all.begin(), all.end(), [&](const Hypervisor& h) {
      return paging.marker ==
             (request.version >= kUuids ? h.host.id : std::to_string(h.host.number));
    });
    if (at == all.end())
      throw Error(ErrorKind::invalid, "marker [" + paging.marker + "] not found");
    all.erase(all.begin(), at + 1);
  }
  if (all.size() > static_cast<std::size_t>(paging.limit))
    all.erase(all.begin() + paging.limit, all.end());
}

Response listed(ComputeDeps& deps, const Request& request, bool detailed) {
  check_list_query(request);
  http::Paging paging;
  paging.limit = INT64_MAX;
  if (request.version >= kPages) paging = http::read_paging(request, {});
  const auto part =
      request.version >= kUuids ? request.parameter("hypervisor_hostname_pattern") : std::nullopt;
  if (part && (paging.limited || !paging.marker.empty()))
    throw Error(ErrorKind::invalid,
                "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is "
                "not supported.");
  const bool with_servers = request.version >= kUuids && is_true(request, "with_servers");
  json::array views;
  std::string last;
  deps.db.read([&](ReadTx& tx) {
    auto all = part ? named_like(tx, deps, *part) : list_hypervisors(tx, deps);
    if (!part) cut_page(all, request, paging);
    for (const auto& h : all) {
      json::object v = detailed ? whole(deps, request, h) : summary(request, h);
      if (with_servers) add_servers(tx, v, request, h);
      views.push_back(std::move(v));
      last = request.version >= kUuids ? h.host.id : std::to_string(h.host.number);
    }
  });
  const bool more = !part && request.version >= kPages && !views.empty() &&
                    static_cast<std::int64_t>(views.size()) == paging.limit;
  json::object body{{"hypervisors", std::move(views)}};
  if (more)
    body["hypervisors_links"] = json::array{json::object{
        {"rel", "next"},
        {"href", http::page_link(request,
                                 compute_url(request) +
                                     (detailed ? "/os-hypervisors/detail" : "/os-hypervisors"),
                                 last)}}};
  return http::object_response(200, body);
}

Response list(ComputeDeps& deps, const Request& request) {
  return listed(deps, request, false);
}

Response detail(ComputeDeps& deps, const Request& request) {
  return listed(deps, request, true);
}

[[noreturn]] void refuse_missing(const std::string& id) {
  throw Error(ErrorKind::not_found, "Hypervisor with ID '" + id + "' could not be found.");
}

Hypervisor get(ReadTx& tx, const ComputeDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  if (request.version >= kUuids) {
    const auto host = store::hosts::find(tx, uuid_id(id));
    if (!host) refuse_missing(id);
    return hypervisor_of(tx, deps, *host);
  }
  for (const auto& host : store::hosts::list(tx))
    if (std::to_string(host.number) == id) return hypervisor_of(tx, deps, host);
  refuse_missing(id);
}

Response show(ComputeDeps& deps, const Request& request) {
  if (request.version >= kUuids)
    check_query(request, {{"with_servers", QueryRule::Kind::boolean, true}}, Unknown::refused);
  const bool with_servers = request.version >= kUuids && is_true(request, "with_servers");
  return http::json_response(200, {{"hypervisor", deps.db.read([&](ReadTx& tx) {
                                      const Hypervisor h = get(tx, deps, request);
                                      json::object v = whole(deps, request, h);
                                      if (with_servers) add_servers(tx, v, request, h);
                                      return v;
                                    })}});
}

Response uptime(ComputeDeps& deps, const Request& request) {
  const Hypervisor h = deps.db.read([&](ReadTx& tx) { return get(tx, deps, request); });
  const json::value text = uptime_or_null(deps, h);
  if (text.is_null())
    throw Error(ErrorKind::invalid,
                "Compute service of " + h.host.name + " is unavailable at this time.");
  json::object v = summary(request, h);
  v["uptime"] = text;
  return http::json_response(200, {{"hypervisor", std::move(v)}});
}

Response search(ComputeDeps& deps, const Request& request) {
  json::array views;
  for (const auto& h :
       deps.db.read([&](ReadTx& tx) { return named_like(tx, deps, request.param("id")); }))
    views.push_back(summary(request, h));
  return http::json_response(200, {{"hypervisors", std::move(views)}});
}

Response servers(ComputeDeps& deps, const Request& request) {
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    for (const auto& h : named_like(tx, deps, request.param("id"))) {
      json::object v = summary(request, h);
      add_servers(tx, v, request, h);
      views.push_back(std::move(v));
    }
  });
  return http::json_response(200, {{"hypervisors", std::move(views)}});
}

/// Sums over all hosts that may get instances.
Response statistics(ComputeDeps& deps, const Request& request) {
  static constexpr const char* kSums[] = {"vcpus",       "memory_mb",           "local_gb",
                                          "vcpus_used",  "memory_mb_used",      "local_gb_used",
                                          "free_ram_mb", "free_disk_gb",        "current_workload",
                                          "running_vms", "disk_available_least"};
  json::object sums{{"count", 0}};
  for (const char* key : kSums) sums[key] = 0;
  for (const auto& h : deps.db.read([&](ReadTx& tx) { return list_hypervisors(tx, deps); })) {
    if (!h.host.enabled) continue;
    json::object v;
    add_capacity(v, request, h);
    sums["count"].as_int64() += 1;
    for (const char* key : kSums) sums[key].as_int64() += v[key].as_int64();
  }
  return http::json_response(200, {{"hypervisor_statistics", std::move(sums)}});
}

}  // namespace

void add_hypervisor_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/compute/v2.1/os-hypervisors";
  const std::string one = all + "/{id}";
  r.get(all, "os_compute_api:os-hypervisors:list", bind(list));
  r.get(all + "/detail", "os_compute_api:os-hypervisors:list-detail", bind(detail));
  r.get(all + "/statistics", "os_compute_api:os-hypervisors:statistics", bind(statistics),
        http::until(kLastUptime));
  r.get(one, "os_compute_api:os-hypervisors:show", bind(show));
  r.get(one + "/uptime", "os_compute_api:os-hypervisors:uptime", bind(uptime),
        http::until(kLastUptime));
  r.get(one + "/search", "os_compute_api:os-hypervisors:search", bind(search),
        http::until(kLastSearch));
  r.get(one + "/servers", "os_compute_api:os-hypervisors:servers", bind(servers),
        http::until(kLastSearch));
}

}  // namespace virga::compute
