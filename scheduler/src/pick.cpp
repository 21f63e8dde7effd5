// SPDX-License-Identifier: Apache-2.0
#include "scheduler/pick.h"

#include <algorithm>
#include <array>

#include "scheduler/scheduler.h"

namespace virga::scheduler {
namespace {

/// The others have nothing to refuse here.
constexpr std::array<Filter, 4> kAsked{Filter::compute, Filter::core, Filter::ram, Filter::disk};

Host host_of(const HostCapacity& h) {
  Host host;
  host.id = h.id;
  host.name = h.name;
  host.enabled = h.enabled;
  host.up = h.up;
  host.vcpus.total = h.total_vcpus;
  host.memory_mib.total = h.total_memory_mib;
  host.disk_gib.total = h.total_disk_gib;
  return host;
}

}  // namespace

Decision pick(const PlacementRequest& request, const std::vector<HostCapacity>& hosts) {
  Scheduler scheduler;
  for (const auto& h : hosts) {
    scheduler.upsert_host(host_of(h));
    if (h.used_vcpus > 0 || h.used_memory_mib > 0 || h.used_disk_gib > 0)
      scheduler.apply(
          {h.id, h.id, "", {h.used_vcpus, h.used_memory_mib, h.used_disk_gib, {}}, {}, {}});
  }
  Request wanted;
  wanted.demand.resources = {request.vcpus, request.memory_mib, request.disk_gib, {}};
  const Explanation why = scheduler.explain(wanted);
  Decision decision;
  decision.considered = why.considered;
  for (const auto& r : why.refusals)
    if (std::find(kAsked.begin(), kAsked.end(), r.filter) != kAsked.end())
      decision.filters.push_back({name_of(r.filter), r.hosts});
  if (const auto choice = scheduler.pick(wanted))
    for (const auto& h : hosts)
      if (h.id == choice->allocation.host_id) decision.host = h;
  return decision;
}

std::string Decision::explanation() const {
  std::string text = std::to_string(considered) + (considered == 1 ? " host" : " hosts");
  const char* separator = ": ";
  for (const auto& f : filters) {
    if (f.refused == 0) continue;
    text += separator;
    text += std::string(f.filter) + " refused " + std::to_string(f.refused);
    separator = ", ";
  }
  return text;
}

}  // namespace virga::scheduler
