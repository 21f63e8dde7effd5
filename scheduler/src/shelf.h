// SPDX-License-Identifier: Apache-2.0
// The free-capacity index of alike hosts: rows of equal free vCPUs, in each the hosts by free
// memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace virga::scheduler {

using Slot = std::uint32_t;  ///< place of a host in the columns
constexpr Slot kNoSlot = std::numeric_limits<Slot>::max();

/// One host on a shelf. Disk is beside, so that a scan over hosts without disk stays sequential.
struct Shelved {
  std::int64_t memory_mib = 0;
  Slot slot = 0;
  std::int32_t disk_gib = 0;  ///< free; what is more than fits is cut off, never rounded up
};

/// How well a request fits into what is free: 0 is exactly, less is better. Never falls when
/// either rest grows, and is at least either share: the search relies on both.
struct Fit {
  double vcpus = 1;   ///< 1 / size of the hosts
  double memory = 1;  ///< 1 / size of the hosts

  double share_of_vcpus(std::int64_t rest) const {
    return static_cast<double>(std::max<std::int64_t>(rest, 0)) * vcpus;
  }
  double share_of_memory(std::int64_t rest) const {
    return static_cast<double>(std::max<std::int64_t>(rest, 0)) * memory;
  }
  static double score(double c, double m) { return c + m; }
};

/// Hosts with equal free vCPUs.
struct ShelfRow {
  std::int64_t vcpus = 0;
  std::vector<Shelved> hosts;
};

/// The first row with at least so many free vCPUs.
template <class Rows>
auto row_from(Rows& rows, std::int64_t vcpus) {
  return std::lower_bound(rows.begin(), rows.end(), vcpus,
                          [](const ShelfRow& r, std::int64_t v) { return r.vcpus < v; });
}

/// Hosts ordered by (free vCPUs, free memory, name). The names are the owner's, by slot.
class Shelf {
 public:
  void insert(std::int64_t vcpus, Shelved host, const std::vector<std::string>& names) {
    auto row = row_from(rows_, vcpus);
    if (row == rows_.end() || row->vcpus != vcpus) row = rows_.insert(row, ShelfRow{vcpus, {}});
    row->hosts.insert(place(row->hosts, host, names), host);
  }

  void erase(std::int64_t vcpus, Shelved host, const std::vector<std::string>& names) {
    const auto row = row_from(rows_, vcpus);
    row->hosts.erase(place(row->hosts, host, names));
    if (row->hosts.empty()) rows_.erase(row);
  }

  bool empty() const { return rows_.empty(); }

  /// Rows with at least so many free vCPUs; 0 asks for none, and takes rows below zero, too.
  std::vector<ShelfRow>::const_iterator from(std::int64_t vcpus) const {
    return vcpus == 0 ? rows_.begin() : row_from(rows_, vcpus);
  }
  std::vector<ShelfRow>::const_iterator end() const { return rows_.end(); }

  static std::vector<Shelved>::const_iterator from(const std::vector<Shelved>& hosts,
                                                   std::int64_t memory_mib) {
    if (memory_mib == 0) return hosts.begin();
    return std::lower_bound(hosts.begin(), hosts.end(), memory_mib,
                            [](const Shelved& h, std::int64_t m) { return h.memory_mib < m; });
  }

 private:
  static std::vector<Shelved>::iterator place(std::vector<Shelved>& hosts, const Shelved& host,
                                              const std::vector<std::string>& names) {
    return std::lower_bound(hosts.begin(), hosts.end(), host,
                            [&](const Shelved& a, const Shelved& b) {
                              if (a.memory_mib != b.memory_mib) return a.memory_mib < b.memory_mib;
                              const int order = names[a.slot].compare(names[b.slot]);
                              return order != 0 ? order < 0 : a.slot < b.slot;
                            });
  }

  std::vector<ShelfRow> rows_;
};

}  // namespace virga::scheduler
