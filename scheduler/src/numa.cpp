// SPDX-License-Identifier: Apache-2.0
#include "scheduler/src/numa.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace virga::scheduler {
namespace {

using Cores = std::vector<std::vector<int>>;

Cores free_threads(const NumaCell& cell, const CellUse& use) {
  Cores cores;
  for (const auto& core : cell.cores) {
    std::vector<int> threads;
    for (const int thread : core)
      if (use.pinned.count(thread) == 0) threads.push_back(thread);
    if (!threads.empty()) cores.push_back(std::move(threads));
  }
  return cores;
}

std::size_t threads_of_a_core(const NumaCell& cell) {
  std::size_t most = 1;
  for (const auto& core : cell.cores) most = std::max(most, core.size());
  return most;
}

/// Takes `each` threads of the cores that have so many free; empty when that is not enough.
std::vector<int> pin(const Cores& cores, std::size_t each, std::size_t count) {
  std::vector<int> pinned;
  for (const auto& core : cores) {
    if (core.size() < each) continue;
    for (std::size_t i = 0; i < each && pinned.size() < count; ++i) pinned.push_back(core[i]);
  }
  if (pinned.size() < count) pinned.clear();
  return pinned;
}

std::vector<int> pin_all(const Cores& cores, std::size_t count) {
  std::vector<int> pinned;
  for (const auto& core : cores)
    for (const int thread : core)
      if (pinned.size() < count) pinned.push_back(thread);
  if (pinned.size() < count) pinned.clear();
  return pinned;
}

/// Threads for the pinned CPUs of a guest cell; empty when there is no way.
std::vector<int> pin_cell(const NumaCell& cell, const CellUse& use, const GuestCell& guest) {
  const auto count = static_cast<std::size_t>(guest.pinned_vcpus);
  const Cores cores = free_threads(cell, use);
  const std::size_t most = threads_of_a_core(cell);
  if (guest.threads == CpuThreadPolicy::isolate)  // only cores without siblings are never shared
    return most == 1 ? pin(cores, 1, count) : std::vector<int>{};
  const std::size_t fewest = guest.threads == CpuThreadPolicy::require ? 2 : 1;
  for (std::size_t each = most; each >= fewest; --each)
    if (auto pinned = pin(cores, each, count); !pinned.empty()) return pinned;
  return guest.threads == CpuThreadPolicy::require ? std::vector<int>{} : pin_all(cores, count);
}

bool pages_fit(const PagePool& pool, const CellUse& use, const GuestCell& guest, bool free_only) {
  const auto used = use.pages.find(pool.size_kib);
  const std::int64_t count = pool.total - (free_only && used != use.pages.end() ? used->second : 0);
  const std::int64_t wanted_kib = guest.memory_mib * 1024;
  return wanted_kib <= count * pool.size_kib && wanted_kib % pool.size_kib == 0;
}

/// The size of the pages that a guest cell gets; nullopt when there is none.
std::optional<std::int64_t> choose_pages(const NumaCell& cell, const CellUse& use,
                                         const GuestCell& guest) {
  std::vector<PagePool> pools = cell.pages;
  std::sort(pools.begin(), pools.end(),
            [](const auto& a, const auto& b) { return a.size_kib > b.size_kib; });
  if (guest.page_kib == 0) {
    const bool free_only = guest.pinned_vcpus > 0;  // else the host's memory may be overcommitted
    return pages_fit(pools.back(), use, guest, free_only) ? std::optional(pools.back().size_kib)
                                                          : std::nullopt;
  }
  const std::int64_t smallest = pools.back().size_kib;
  for (const auto& pool : pools) {
    const bool wanted = guest.page_kib == kAnyPages || guest.page_kib == pool.size_kib ||
                        (guest.page_kib == kSmallPages && pool.size_kib == smallest) ||
                        (guest.page_kib == kLargePages && pool.size_kib != smallest);
    if (wanted && pages_fit(pool, use, guest, true)) return pool.size_kib;
  }
  return std::nullopt;
}

bool memory_fits(const NumaCell& cell, const CellUse& use, const GuestCell& guest,
                 std::int64_t& page_kib) {
  page_kib = 0;
  if (cell.pages.empty()) {
    if (guest.page_kib != 0) return false;
    const std::int64_t taken = guest.pinned_vcpus > 0 ? use.memory_mib : 0;
    return guest.memory_mib <= cell.memory_mib - taken;
  }
  const auto chosen = choose_pages(cell, use, guest);
  if (chosen) page_kib = *chosen;
  return chosen.has_value();
}

std::optional<NumaClaim> fit_cell(const NumaState& numa, std::size_t at, const GuestCell& guest) {
  const NumaCell& cell = numa.cells[at];
  const CellUse& use = numa.use[at];
  NumaClaim claim{cell.id, guest.vcpus, guest.memory_mib, 0, {}};
  if (!memory_fits(cell, use, guest, claim.page_kib)) return std::nullopt;
  // A guest is never overcommitted against itself, whatever the ratio.
  if (guest.vcpus > cell.shared_cpus) return std::nullopt;
  if (guest.pinned_vcpus > 0) {
    claim.pinned = pin_cell(cell, use, guest);
    if (claim.pinned.empty()) return std::nullopt;
  }
  if (guest.vcpus > 0 || guest.pinned_vcpus == 0) {
    const auto over = [](std::int64_t used, std::int64_t total, double ratio) {
      return static_cast<double>(used) > static_cast<double>(total) * ratio;
    };
    if (over(use.vcpus + guest.vcpus, cell.shared_cpus, numa.vcpu_ratio) ||
        over(use.memory_mib + guest.memory_mib, cell.memory_mib, numa.memory_ratio))
      return std::nullopt;
  }
  return claim;
}

/// Host cells in the order in which they are tried.
std::vector<std::size_t> order_of(const NumaState& numa, const PciState& pci, bool wants_pci,
                                  bool pinned) {
  std::vector<std::size_t> order(numa.cells.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto rank = [&](std::size_t i) {
    std::int64_t devices = 0;
    for (std::size_t p = 0; p < pci.pools.size(); ++p)
      if (pci.pools[p].numa_node == numa.cells[i].id) devices += pci.free[p];
    std::int64_t threads = 0;
    for (const auto& core : numa.cells[i].cores) threads += static_cast<std::int64_t>(core.size());
    const std::int64_t busy =
        pinned ? static_cast<std::int64_t>(numa.use[i].pinned.size()) - threads : numa.use[i].vcpus;
    return std::tuple(wants_pci ? -devices : devices, busy,
                      numa.use[i].memory_mib - numa.cells[i].memory_mib);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  return order;
}

/// Tries host cells for one guest cell after the other, and takes back what leads nowhere.
class Search {
 public:
  Search(const NumaState& numa, const std::vector<GuestCell>& guest, const PciState& pci,
         const std::vector<PciRequest>& requests)
      : numa_(numa), guest_(guest), pci_(pci), requests_(requests) {
    order_ = order_of(numa, pci, !requests.empty(), guest.front().pinned_vcpus > 0);
    for (const auto& cell : guest)
      for (std::size_t at = 0; at < numa.cells.size(); ++at)
        fits_.push_back(fit_cell(numa, at, cell));  // each pair once
    taken_.resize(numa.cells.size());
  }

  bool place(std::size_t g) {
    if (g == guest_.size()) return devices_fit();
    for (const std::size_t at : order_) {
      const auto& fit = fits_[g * numa_.cells.size() + at];
      if (taken_[at] || !fit) continue;
      taken_[at] = true;
      result_.cells.push_back(*fit);
      if (place(g + 1)) return true;
      result_.cells.pop_back();
      taken_[at] = false;
    }
    return false;
  }

  NumaFit& result() { return result_; }

 private:
  bool devices_fit() {
    if (requests_.empty()) return true;
    std::vector<int> cells;
    for (const auto& claim : result_.cells) cells.push_back(claim.cell);
    auto claims = fit_pci(pci_, requests_, cells, numa_.cells);
    if (claims) result_.pci = std::move(*claims);
    return claims.has_value();
  }

  const NumaState& numa_;
  const std::vector<GuestCell>& guest_;
  const PciState& pci_;
  const std::vector<PciRequest>& requests_;
  std::vector<std::size_t> order_;
  std::vector<std::optional<NumaClaim>> fits_;  ///< by guest cell and host cell
  std::vector<bool> taken_;
  NumaFit result_;
};

}  // namespace

void CellUse::take(const NumaClaim& claim, std::int64_t sign) {
  vcpus += sign * claim.vcpus;
  memory_mib += sign * claim.memory_mib;
  if (claim.page_kib > 0)
    pages[claim.page_kib] += sign * (claim.memory_mib * 1024 / claim.page_kib);
  for (const int thread : claim.pinned) {
    if (sign > 0)
      pinned.insert(thread);
    else
      pinned.erase(thread);
  }
}

std::optional<NumaFit> fit_numa(const NumaState& numa, const std::vector<GuestCell>& guest,
                                const PciState& pci, const std::vector<PciRequest>& requests) {
  if (guest.empty() || guest.size() > numa.cells.size()) return std::nullopt;
  Search search(numa, guest, pci, requests);
  if (!search.place(0)) return std::nullopt;
  return std::move(search.result());
}

}  // namespace virga::scheduler
