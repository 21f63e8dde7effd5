// SPDX-License-Identifier: Apache-2.0
// A request, looked up in the cloud.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "scheduler/request.h"
#include "scheduler/src/cloud.h"
#include "scheduler/src/profile.h"

namespace virga::scheduler {

/// An address, IPv4 mapped into IPv6.
using Address = std::array<std::uint8_t, 16>;
std::optional<Address> read_address(const std::string& text);

struct Network {
  Address address{};
  int bits = 0;  ///< of 128
  bool contains(const Address& other) const;
};

/// Whether one host passes one filter over facts of hosts.
struct Query;
using HostFilter = bool (*)(const Cloud&, Slot, const Query&);

struct Query {
  /// The cloud must not change while the query is used.
  /// @throws Error{invalid} for an address or prefix that is none
  Query(const Cloud& cloud, const Request& request, const Profile& profile);

  const Request& request;
  const Profile& profile;
  FilterSet on;
  bool forced = false;
  std::vector<Slot> same_host;       ///< hosts of Request::same_host; sorted
  std::vector<Slot> different_host;  ///< sorted
  std::vector<Slot> ignored;         ///< sorted
  std::vector<Slot> wanted;          ///< forced or requested; sorted
  bool is_wanted_only = false;       ///< no other hosts than `wanted`
  const GroupHosts* group = nullptr;
  std::optional<Slot> own;  ///< where the instance is already
  std::optional<Network> near;

  /// What each host has to be asked, beyond what is sure for all on the shelves.
  std::vector<HostFilter> checks;
  /// Few hosts that alone can pass, in order of their slots; nullopt: all may.
  std::optional<std::vector<Slot>> candidates;

 private:
  void find_hosts(const Cloud& cloud);
  void find_wanted(const Cloud& cloud);
  void find_candidates();
  void choose_checks();
};

/// nullptr for filters over facts of classes only.
HostFilter host_filter(Filter filter);

/// Whether a host that is on no shelf, or of no class that passes, passes all filters.
bool passes_everything(const Cloud& cloud, Slot slot, const Query& query);

inline bool passes_checks(const Cloud& cloud, Slot slot, const Query& query) {
  for (const HostFilter check : query.checks)
    if (!check(cloud, slot, query)) return false;
  return true;
}

/// A fact of a host as ComputeCapabilitiesFilter reads it; see is_host_attribute().
std::string host_attribute(const Cloud& cloud, Slot slot, const std::string& name);

/// Devices and cells of a host for the request; nullopt when they do not fit.
std::optional<NumaFit> fit_devices(const Cloud& cloud, Slot slot, const Query& query);

}  // namespace virga::scheduler
