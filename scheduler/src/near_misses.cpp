// SPDX-License-Identifier: Apache-2.0
#include "scheduler/near_misses.h"

#include <algorithm>
#include <map>

namespace virga::scheduler {
namespace {

/// One reason against a host, and how much of the host it is about.
struct Reason {
  const char* filter;
  std::string text;
  double share;  ///< of the host's total; 0: the host would have room
};

void add_lack(std::vector<Reason>& reasons, const char* filter, const char* what,
              std::int64_t missing, std::int64_t total) {
  if (missing <= 0) return;
  const double share =
      total > 0 ? static_cast<double>(missing) / static_cast<double>(total) : 1000.0;
  reasons.push_back({filter, "lacks " + std::to_string(missing) + " " + what, share});
}

std::vector<Reason> reasons_against(const PlacementRequest& r, const HostCapacity& h) {
  std::vector<Reason> reasons;
  if (!h.enabled)
    reasons.push_back({"ComputeFilter", "is disabled", 0});
  else if (!h.up)
    reasons.push_back({"ComputeFilter", "is down", 0});
  add_lack(reasons, "CoreFilter", "vcpus", h.used_vcpus + r.vcpus - h.total_vcpus, h.total_vcpus);
  add_lack(reasons, "RamFilter", "MiB of memory",
           h.used_memory_mib + r.memory_mib - h.total_memory_mib, h.total_memory_mib);
  add_lack(reasons, "DiskFilter", "GiB of disk", h.used_disk_gib + r.disk_gib - h.total_disk_gib,
           h.total_disk_gib);
  return reasons;
}

}  // namespace

std::vector<Miss> near_misses(const PlacementRequest& request,
                              const std::vector<HostCapacity>& hosts, std::size_t most) {
  std::vector<std::pair<double, Miss>> found;
  for (const auto& host : hosts) {
    const auto reasons = reasons_against(request, host);
    if (reasons.size() != 1) continue;
    const Reason& only = reasons.front();
    found.push_back({only.share, {host.name, only.filter, only.text}});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.host_name) < std::pair(b.first, b.second.host_name);
  });
  std::vector<Miss> out;
  for (auto& [share, miss] : found)
    if (out.size() < most) out.push_back(std::move(miss));
  return out;
}

std::vector<std::string> advice(std::int64_t considered, const std::vector<std::string>& refused) {
  if (considered == 0) return {"There is no host yet: an administrator has to add one."};
  static const std::map<std::string, std::string> kWays{
      {"ComputeFilter", "Hosts are down or disabled: an administrator can bring them back."},
      {"CoreFilter", "Choose a flavor with fewer vcpus, or delete servers that use them."},
      {"RamFilter", "Choose a flavor with less memory, or delete servers that use it."},
      {"DiskFilter", "Choose a flavor with less disk, or delete servers that use it."},
  };
  std::vector<std::string> out;
  for (const auto& name : refused) {
    const auto it = kWays.find(name);
    out.push_back(it != kWays.end() ? it->second
                                    : "Ask for something that " + name + " does not refuse.");
  }
  return out;
}

}  // namespace virga::scheduler
