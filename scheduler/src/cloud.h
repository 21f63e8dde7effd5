// SPDX-License-Identifier: Apache-2.0
// Everything that the scheduler knows: hosts as columns, their classes with the free-capacity
// indexes, aggregates, allocations, groups.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "scheduler/host.h"
#include "scheduler/options.h"
#include "scheduler/src/host_class.h"
#include "scheduler/src/numa.h"

namespace virga::scheduler {

/// What is read only of hosts that are looked at closely. Traits and capabilities are in the class.
struct HostDetails {
  std::string id;
  std::string node;
  std::string address;
  std::string hypervisor_type;
  Inventory vcpus;
  Inventory memory_mib;
  Inventory disk_gib;
  std::map<std::string, Inventory> others;
  std::map<std::string, std::int64_t> others_used;
  std::vector<PciPool> pci;
  std::vector<std::int64_t> pci_free;
  std::vector<NumaCell> numa;
  std::vector<CellUse> numa_use;  ///< as `numa`
};

/// A column for each fact that is read of many hosts; a row, the slot, for each host.
struct Columns {
  std::vector<std::string> name;  ///< empty: the slot is free
  std::vector<ClassId> class_id;
  std::vector<std::int64_t> free_vcpus;
  std::vector<std::int64_t> free_memory_mib;
  std::vector<std::int64_t> free_disk_gib;
  std::vector<std::int64_t> instances;
  std::vector<std::int64_t> io_ops;
  std::vector<std::int64_t> failed_builds;
  std::vector<std::int64_t> generation;
  std::vector<std::uint8_t> enabled;
  std::vector<std::uint8_t> up;
  std::vector<std::uint8_t> shelved;  ///< is in the index of its class
  std::vector<HostDetails> details;

  Slot add();
  std::size_t size() const { return name.size(); }
};

std::string lower_case(std::string text);

/// How many of a group's instances are on which host.
using GroupHosts = std::map<Slot, std::int64_t>;

class Cloud {
 public:
  explicit Cloud(Options o) : options(std::move(o)) {}

  void upsert_host(const Host& host);
  void remove_host(const std::string& id);
  void set_enabled(Slot slot, bool enabled, bool up);
  void set_load(Slot slot, std::int64_t io_ops, std::int64_t failed_builds);
  void upsert_aggregate(const Aggregate& aggregate);
  void remove_aggregate(const std::string& id);
  void apply(const Allocation& allocation);
  void release(const std::string& consumer_id);

  /// @throws Error{not_found}
  Slot slot_of(const std::string& host_id) const;
  std::optional<Slot> slot_of_consumer(const std::string& consumer_id) const;
  /// Adds the slots of hosts with this name, whatever its case.
  void find_named(const std::string& name, std::vector<Slot>& slots) const;
  const GroupHosts* hosts_of_group(const std::string& group_id) const;
  std::size_t allocation_count() const { return allocations_.size(); }
  std::size_t host_count() const { return slots_.size(); }
  const HostClass& class_of(Slot slot) const { return classes[columns.class_id[slot]]; }
  bool in_use(Slot slot) const { return columns.instances[slot] > 0; }
  bool failing(Slot slot) const { return columns.failed_builds[slot] > 0; }

  const Options options;
  Columns columns;
  std::vector<HostClass> classes;
  std::uint64_t epoch = 0;  ///< grows when classes or aggregates change

 private:
  struct Extras {
    std::map<std::string, std::int64_t> others;
    std::vector<NumaClaim> numa;
    std::vector<PciClaim> pci;
  };
  using Groups = std::unordered_map<std::string, GroupHosts>;
  struct Kept {  // an allocation, as small as can be: there are many
    Slot slot = 0;
    std::int64_t vcpus = 0;
    std::int64_t memory_mib = 0;
    std::int64_t disk_gib = 0;
    Groups::value_type* group = nullptr;  ///< a node of groups_ stays where it is
    std::unique_ptr<Extras> extras;
  };

  Slot add_host(const std::string& id);
  void describe(Slot slot, const Host& host);
  void rename(Slot slot, const std::string& name);
  bool belongs_on_shelf(Slot slot) const;
  void shelve(Slot slot);
  void unshelve(Slot slot);
  void take(const Kept& kept, std::int64_t sign);
  static void take_devices(HostDetails& details, const Extras& extras, std::int64_t sign);
  void recount_devices(Slot slot);
  void classify(Slot slot, ClassFacts facts);
  void raise_ceiling(Slot slot);
  void leave_class(Slot slot);
  void change_aggregate(const std::string& id, const Aggregate* now);

  std::unordered_map<std::string, Slot> slots_;
  std::unordered_multimap<std::string, Slot> names_;  ///< in lower case
  std::vector<Slot> free_slots_;
  std::map<ClassFacts, ClassId> class_ids_;
  std::vector<ClassId> free_classes_;
  Aggregates aggregates_;
  std::unordered_map<std::string, Kept> allocations_;
  Groups groups_;  ///< only those with members
};

}  // namespace virga::scheduler
