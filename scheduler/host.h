// SPDX-License-Identifier: Apache-2.0
// What the scheduler is told of hosts: what they have, what they are, what is taken of them.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace virga::scheduler {

/// How much of one resource class a host has. Source: Placement API, "Resource provider
/// inventories".
struct Inventory {
  std::int64_t total = 0;
  std::int64_t reserved = 0;
  std::int64_t min_unit = 1;
  std::int64_t max_unit = std::numeric_limits<std::int32_t>::max();
  std::int64_t step_size = 1;
  double allocation_ratio = 1.0;

  /// What may be allocated in sum: (total - reserved) * allocation_ratio, rounded down.
  std::int64_t capacity() const;
  /// Whether one consumer may have this much, whatever is free.
  bool takes(std::int64_t amount) const;
  bool operator==(const Inventory&) const = default;
};

/// Amounts of resource classes: VCPU, MEMORY_MB, DISK_GB, and others by name. 0 asks for nothing.
struct Resources {
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;
  std::map<std::string, std::int64_t> others;  ///< e.g. {"CUSTOM_GPU": 1}; amounts > 0

  bool operator==(const Resources&) const = default;
};

/// Devices of a host that are alike. Properties are compared without regard to case.
struct PciPool {
  std::map<std::string, std::string> properties;  ///< vendor_id, product_id, dev_type, tags
  std::optional<int> numa_node;
  std::int64_t count = 0;

  bool operator==(const PciPool&) const = default;
};

/// Memory pages of one size of a NUMA cell.
struct PagePool {
  std::int64_t size_kib = 0;
  std::int64_t total = 0;  ///< without those that are reserved

  bool operator==(const PagePool&) const = default;
};

/// A NUMA node of a host.
struct NumaCell {
  int id = 0;
  std::int64_t shared_cpus = 0;         ///< threads on which unpinned guests run
  std::vector<std::vector<int>> cores;  ///< threads to pin on, those of one core together
  std::int64_t memory_mib = 0;
  std::vector<PagePool> pages;  ///< empty: the host does not tell page sizes apart
  std::optional<int> socket;

  bool operator==(const NumaCell&) const = default;
};

/// A kind of guest that a host runs, e.g. {"x86_64", "kvm", "hvm"}.
struct SupportedInstance {
  std::string architecture;
  std::string hypervisor_type;
  std::string vm_mode;
  auto operator<=>(const SupportedInstance&) const = default;
};

/// A compute node. Allocations are not part of it: they come by Scheduler::apply().
struct Host {
  std::string id;
  std::string name;  ///< not empty
  std::string node;  ///< hypervisor host name; empty: the name
  std::int64_t generation = 0;
  bool enabled = true;
  bool up = true;
  Inventory vcpus;
  Inventory memory_mib;
  Inventory disk_gib;
  std::map<std::string, Inventory> others;  ///< by resource class
  std::set<std::string> traits;
  std::map<std::string, std::string> capabilities;  ///< flat, e.g. {"cpu_info:vendor": "Intel"}
  std::vector<SupportedInstance> supported_instances;
  std::string hypervisor_type;
  std::int64_t hypervisor_version = 0;  ///< 7.2.22 is 7002022
  std::string address;                  ///< IPv4 or IPv6, of the host itself
  std::vector<PciPool> pci;
  std::vector<NumaCell> numa;
  std::int64_t io_ops = 0;         ///< instances that are being built, moved, snapshotted, ...
  std::int64_t failed_builds = 0;  ///< since the last one that worked
};

/// A set of hosts with metadata that filters read.
struct Aggregate {
  std::string id;
  std::map<std::string, std::string> metadata;
  std::set<std::string> host_ids;
};

/// Devices taken from a pool, by its place in Host::pci.
struct PciClaim {
  std::size_t pool = 0;
  std::int64_t count = 0;
};

/// What one guest cell takes of a host cell.
struct NumaClaim {
  int cell = 0;  ///< NumaCell::id
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t page_kib = 0;  ///< 0: the host does not tell page sizes apart
  std::vector<int> pinned;    ///< threads
};

/// What one consumer has of one host.
struct Allocation {
  std::string consumer_id;  ///< instance, or the migration that holds its old place
  std::string host_id;
  std::string group_id;  ///< server group; empty: none
  Resources resources;
  std::vector<NumaClaim> numa;
  std::vector<PciClaim> pci;
};

}  // namespace virga::scheduler
