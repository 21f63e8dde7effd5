// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "scheduler/src/numa.h"

namespace virga::scheduler {
namespace {

bool same_text(const std::string& a, const std::string& b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool matches(const PciPool& pool, const std::map<std::string, std::string>& spec) {
  return std::all_of(spec.begin(), spec.end(), [&](const auto& wanted) {
    const auto has = pool.properties.find(wanted.first);
    return has != pool.properties.end() && same_text(has->second, wanted.second);
  });
}

/// Types that are worth more than the others and are not given away unasked.
bool is_reserved_for_others(const PciPool& pool, const PciRequest& request) {
  for (const char* type : {"type-PF", "vdpa"}) {
    const auto has = pool.properties.find("dev_type");
    if (has == pool.properties.end() || has->second != type) continue;
    return std::none_of(request.specs.begin(), request.specs.end(), [&](const auto& spec) {
      const auto wanted = spec.find("dev_type");
      return wanted != spec.end() && wanted->second == type;
    });
  }
  return false;
}

/// The cells on the sockets of some cells; none when a host does not tell sockets.
std::set<int> on_same_sockets(const std::vector<int>& cells, const std::vector<NumaCell>& host) {
  std::set<int> sockets;
  for (const auto& cell : host) {
    if (!cell.socket) return {};
    if (std::find(cells.begin(), cells.end(), cell.id) != cells.end()) sockets.insert(*cell.socket);
  }
  std::set<int> near;
  for (const auto& cell : host)
    if (sockets.count(*cell.socket) != 0) near.insert(cell.id);
  return near;
}

/// Matching pools, the nearest first, without those that are too far.
class Nearness {
 public:
  Nearness(const std::vector<int>& cells, const std::vector<NumaCell>& host)
      : cells_(cells), host_(host) {}

  /// 0 on a cell of the guest, 1 on no cell, 2 elsewhere; nullopt: too far.
  std::optional<int> of(const PciPool& pool, PciNumaPolicy policy) const {
    if (cells_.empty()) return 0;
    if (pool.numa_node && std::find(cells_.begin(), cells_.end(), *pool.numa_node) != cells_.end())
      return 0;
    switch (policy) {
      case PciNumaPolicy::required:
        return std::nullopt;
      case PciNumaPolicy::legacy:
        return pool.numa_node ? std::nullopt : std::optional(1);
      case PciNumaPolicy::preferred:
        return pool.numa_node ? 2 : 1;
      case PciNumaPolicy::socket:
        break;
    }
    const bool near = pool.numa_node && on_same_sockets(cells_, host_).count(*pool.numa_node) != 0;
    return near ? std::optional(2) : std::nullopt;
  }

 private:
  const std::vector<int>& cells_;
  const std::vector<NumaCell>& host_;
};

/// Takes what one request wants out of `left`.
bool take(const PciState& pci, const PciRequest& request, const Nearness& nearness,
          std::vector<std::int64_t>& left, std::vector<PciClaim>& claims) {
  std::int64_t missing = request.count;
  for (int distance = 0; distance <= 2 && missing > 0; ++distance)
    for (std::size_t i = 0; i < pci.pools.size() && missing > 0; ++i) {
      const PciPool& pool = pci.pools[i];
      if (left[i] <= 0 || nearness.of(pool, request.policy) != distance ||
          is_reserved_for_others(pool, request) ||
          std::none_of(request.specs.begin(), request.specs.end(),
                       [&](const auto& spec) { return matches(pool, spec); }))
        continue;
      const std::int64_t taken = std::min(left[i], missing);
      left[i] -= taken;
      missing -= taken;
      claims.push_back({i, taken});
    }
  return missing <= 0;
}

}  // namespace

std::optional<std::vector<PciClaim>> fit_pci(const PciState& pci,
                                             const std::vector<PciRequest>& requests,
                                             const std::vector<int>& cells,
                                             const std::vector<NumaCell>& host_cells) {
  std::vector<PciClaim> claims;
  if (requests.empty()) return claims;
  std::vector<std::int64_t> left = pci.free;
  const Nearness nearness(cells, host_cells);
  for (const auto& request : requests)
    if (!take(pci, request, nearness, left, claims)) return std::nullopt;
  return claims;
}

}  // namespace virga::scheduler
