// SPDX-License-Identifier: Apache-2.0
#include "scheduler/pick.h"

#include <algorithm>
#include <array>

namespace virga::scheduler {
namespace {

using Filter = bool (*)(const PlacementRequest&, const HostCapacity&);

struct NamedFilter {
  const char* name;
  Filter passes;
};

// Names follow Nova's filters.
constexpr std::array<NamedFilter, 4> kFilters{{
    {"ComputeFilter",
     [](const PlacementRequest&, const HostCapacity& h) { return h.enabled && h.up; }},
    {"CoreFilter", [](const PlacementRequest& r,
                      const HostCapacity& h) { return h.used_vcpus + r.vcpus <= h.total_vcpus; }},
    {"RamFilter",
     [](const PlacementRequest& r, const HostCapacity& h) {
       return h.used_memory_mib + r.memory_mib <= h.total_memory_mib;
     }},
    {"DiskFilter",
     [](const PlacementRequest& r, const HostCapacity& h) {
       return h.used_disk_gib + r.disk_gib <= h.total_disk_gib;
     }},
}};

double fullness(const HostCapacity& h) {
  const auto share = [](std::int64_t used, std::int64_t total) {
    return total > 0 ? static_cast<double>(used) / static_cast<double>(total) : 1.0;
  };
  return share(h.used_vcpus, h.total_vcpus) + share(h.used_memory_mib, h.total_memory_mib);
}

bool better(const HostCapacity& a, const HostCapacity& b) {
  const double fa = fullness(a);
  const double fb = fullness(b);
  return fa != fb ? fa > fb : a.name < b.name;
}

}  // namespace

Decision pick(const PlacementRequest& request, const std::vector<HostCapacity>& hosts) {
  Decision decision;
  decision.considered = static_cast<std::int64_t>(hosts.size());
  for (const auto& filter : kFilters) decision.filters.push_back({filter.name, 0});
  for (const auto& host : hosts) {
    std::size_t i = 0;
    while (i < kFilters.size() && kFilters[i].passes(request, host)) ++i;
    if (i < kFilters.size()) {
      ++decision.filters[i].refused;
    } else if (!decision.host || better(host, *decision.host)) {
      decision.host = host;
    }
  }
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
