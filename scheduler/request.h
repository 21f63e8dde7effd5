// SPDX-License-Identifier: Apache-2.0
// What is asked of the scheduler: a place for one instance.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scheduler/host.h"

namespace virga::scheduler {

/// How near to the guest's NUMA cells a device must be. Source: Nova,
/// `hw:pci_numa_affinity_policy`.
enum class PciNumaPolicy { legacy, preferred, required, socket };

/// Devices of one alias.
struct PciRequest {
  std::int64_t count = 1;
  std::vector<std::map<std::string, std::string>> specs;  ///< any of them must match
  PciNumaPolicy policy = PciNumaPolicy::legacy;

  bool operator==(const PciRequest&) const = default;
};

/// Source: Nova, `hw:cpu_thread_policy`.
enum class CpuThreadPolicy { prefer, require, isolate };

constexpr std::int64_t kSmallPages = -1;  ///< the smallest size that the host has
constexpr std::int64_t kLargePages = -2;  ///< any but the smallest
constexpr std::int64_t kAnyPages = -3;

/// A NUMA cell of the guest.
struct GuestCell {
  std::int64_t vcpus = 0;         ///< that float over the cell's shared threads
  std::int64_t pinned_vcpus = 0;  ///< that get threads of their own
  std::int64_t memory_mib = 0;
  std::int64_t page_kib = 0;  ///< 0: no wish; kSmallPages, kLargePages, kAnyPages, or a size
  CpuThreadPolicy threads = CpuThreadPolicy::prefer;
};

enum class GroupPolicy { affinity, anti_affinity, soft_affinity, soft_anti_affinity };

/// The server group of an instance. Its members are the allocations with its id.
struct ServerGroup {
  std::string id;
  GroupPolicy policy = GroupPolicy::anti_affinity;
  std::int64_t max_server_per_host = 1;  ///< rule of anti-affinity
};

/// What is the same for all instances of one flavor, image, project and zone. The scheduler keeps
/// what it finds out about such a value, so that the next request with an equal one is answered
/// fast.
struct Demand {
  Resources resources;
  std::string project_id;
  std::string availability_zone;  ///< empty: any
  std::string flavor_name;
  std::map<std::string, std::string> extra_specs;
  std::map<std::string, std::string> image_properties;
  std::set<std::string> required_traits;
  std::set<std::string> forbidden_traits;
  std::vector<std::set<std::string>> required_aggregates;  ///< one of each set
  std::set<std::string> forbidden_aggregates;
  std::vector<PciRequest> pci;

  bool operator==(const Demand&) const = default;
};

/// A place for one instance is wanted. Host names are compared without regard to case.
struct Request {
  std::string instance_id;  ///< its own allocation does not count against a group's rule
  Demand demand;
  std::vector<GuestCell> numa;  ///< empty: the guest has no topology
  std::optional<ServerGroup> group;
  std::vector<std::string> same_host;       ///< instances: on the host of one of them
  std::vector<std::string> different_host;  ///< instances: on the host of none of them
  std::string build_near_host_ip;
  std::string cidr = "/24";               ///< of build_near_host_ip
  std::vector<std::string> ignore_hosts;  ///< names: tried already, being drained, ...
  std::vector<std::string> force_hosts;   ///< names; filters are skipped, resources are not
  std::vector<std::string> force_nodes;   ///< the same by node
  std::string requested_host;             ///< name; filters run
  std::string requested_node;
};

/// Takes traits and resource classes out of the extra specs and image properties of a demand:
/// "trait:X" = "required" | "forbidden", "resources:CLASS" = amount (which replaces VCPU, MEMORY_MB
/// and DISK_GB, too), and "traits_required" of the image, a list with commas.
/// @throws Error{invalid} for other values, and for a trait that is required and forbidden
void read_specs(Demand& demand);

}  // namespace virga::scheduler
