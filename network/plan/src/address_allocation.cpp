// SPDX-License-Identifier: Apache-2.0
#include "network/plan/address_allocation.h"

#include <algorithm>

namespace virga::network {
namespace {

/// The lowest address in [first, last] that is not used.
std::optional<Ipv4> lowest_free(Ipv4 first, Ipv4 last, const std::set<Ipv4>& used) {
  Ipv4 candidate = first;
  for (auto taken = used.lower_bound(first); taken != used.end() && *taken == candidate; ++taken) {
    if (candidate == last) return std::nullopt;
    ++candidate;
  }
  return candidate;
}

model::AllocationPool pool(Ipv4 first, Ipv4 last) {
  return {.start = format_ipv4(first), .end = format_ipv4(last)};
}

}  // namespace

std::optional<std::string> next_address(const std::vector<model::AllocationPool>& pools,
                                        const std::set<Ipv4>& used) {
  std::optional<Ipv4> best;
  for (const auto& range : pools) {
    const auto first = parse_ipv4(range.start);
    const auto last = parse_ipv4(range.end);
    if (!first || !last || *first > *last) continue;
    const auto found = lowest_free(*first, *last, used);
    if (found && (!best || *found < *best)) best = found;
  }
  if (!best) return std::nullopt;
  return format_ipv4(*best);
}

std::vector<model::AllocationPool> default_pools(const Cidr& cidr, std::optional<Ipv4> gateway) {
  if (cidr.prefix == 32) return {pool(cidr.first(), cidr.last())};
  if (cidr.prefix == 31) return {};
  const Ipv4 first = cidr.first() + 1;
  const Ipv4 last = cidr.last() - 1;
  if (!gateway || *gateway < first || *gateway > last) return {pool(first, last)};
  std::vector<model::AllocationPool> pools;
  if (*gateway > first) pools.push_back(pool(first, *gateway - 1));
  if (*gateway < last) pools.push_back(pool(*gateway + 1, last));
  return pools;
}

std::optional<Ipv4> default_gateway(const Cidr& cidr) noexcept {
  if (cidr.prefix == 32) return std::nullopt;
  return cidr.first() + 1;
}

}  // namespace virga::network
