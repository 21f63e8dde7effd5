// SPDX-License-Identifier: Apache-2.0
// Guest NUMA cells onto host cells, guest CPUs onto threads, devices near them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "scheduler/host.h"
#include "scheduler/request.h"

namespace virga::scheduler {

/// What is taken of a host cell.
struct CellUse {
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::set<int> pinned;
  std::map<std::int64_t, std::int64_t> pages;  ///< by size in KiB

  /// @param sign 1 takes, -1 gives back
  void take(const NumaClaim& claim, std::int64_t sign);
};

/// The devices of a host.
struct PciState {
  const std::vector<PciPool>& pools;
  const std::vector<std::int64_t>& free;  ///< as `pools`
};

/// The NUMA cells of a host.
struct NumaState {
  const std::vector<NumaCell>& cells;
  const std::vector<CellUse>& use;  ///< as `cells`
  double vcpu_ratio = 1;
  double memory_ratio = 1;
};

/// Devices for all requests, or nullopt. Functions that carry virtual functions, and devices that
/// are meant for vDPA, are given only to who asks for that type.
/// @param cells the host cells of the guest; empty: the guest has no topology, all cells do
std::optional<std::vector<PciClaim>> fit_pci(const PciState& pci,
                                             const std::vector<PciRequest>& requests,
                                             const std::vector<int>& cells,
                                             const std::vector<NumaCell>& host_cells);

struct NumaFit {
  std::vector<NumaClaim> cells;  ///< as the guest's
  std::vector<PciClaim> pci;
};

/// Each guest cell on a host cell of its own with the devices near them, or nullopt. Emptier host
/// cells are tried first; for guests without devices, those without devices.
/// Source: Nova, "CPU topologies" of its administrator's guide.
std::optional<NumaFit> fit_numa(const NumaState& numa, const std::vector<GuestCell>& guest,
                                const PciState& pci, const std::vector<PciRequest>& requests);

}  // namespace virga::scheduler
