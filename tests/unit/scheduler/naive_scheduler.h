// SPDX-License-Identifier: Apache-2.0
// The scheduler once more, with loops over everything instead of an index: slow, short and
// separate.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "scheduler/scheduler.h"

namespace virga::scheduler {

struct NaiveScheduler {
  Options options;
  std::map<std::string, Host> hosts;
  std::map<std::string, Aggregate> aggregates;
  std::map<std::string, Allocation> allocations;

  /// The name of the best host, "" for none.
  std::string pick(const Request& r) const {
    const Host* best = nullptr;
    for (const auto& [id, h] : hosts)
      if (passes(h, r) && (best == nullptr || rank(h, r) < rank(*best, r))) best = &h;
    return best == nullptr ? "" : best->name;
  }

  std::int64_t passing(const Request& r) const {
    return std::count_if(hosts.begin(), hosts.end(),
                         [&](const auto& entry) { return passes(entry.second, r); });
  }

  bool passes(const Host& h, const Request& r) const {
    const bool forced = !r.force_hosts.empty();
    if (lists(r.ignore_hosts, h.name) || (forced && !lists(r.force_hosts, h.name))) return false;
    if (!h.enabled || !(h.up || forced)) return false;
    if (!right_aggregates(h, r.demand) || !right_traits(h, r.demand) || !has_room(h, r.demand))
      return false;
    if (!right_devices(h, r.demand)) return false;
    if (forced) return r.demand.availability_zone == "nova" || right_zone(h, r.demand);
    return right_zone(h, r.demand) && right_project(h, r.demand) && right_machine(h, r.demand) &&
           not_too_busy(h) && right_company(h, r);
  }

  /// Less is better.
  std::tuple<std::int64_t, bool, int, bool, double, std::string> rank(const Host& h,
                                                                      const Request& r) const {
    std::int64_t wish = 0;
    if (r.group && r.group->policy == GroupPolicy::soft_affinity) wish = -members(h, r);
    if (r.group && r.group->policy == GroupPolicy::soft_anti_affinity) wish = members(h, r);
    const auto rest = [](std::int64_t size, std::int64_t free, std::int64_t wanted) {
      std::int64_t unit = 1;
      while (size / unit >= 32) unit *= 2;
      const std::int64_t round = std::max<std::int64_t>(size / unit * unit, 1);
      return static_cast<double>(std::max<std::int64_t>(free - wanted, 0)) *
             (1.0 / static_cast<double>(round));
    };
    const auto& want = r.demand.resources;
    const Resources u = used(h);
    const double c = rest(h.vcpus.capacity(), h.vcpus.capacity() - u.vcpus, want.vcpus);
    const double m =
        rest(h.memory_mib.capacity(), h.memory_mib.capacity() - u.memory_mib, want.memory_mib);
    return {wish, h.failed_builds > 0, unasked(h, r.demand), instances(h) == 0, c + m, h.name};
  }

 private:
  static bool lists(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  std::int64_t count(const Host& h, const std::function<bool(const Allocation&)>& is) const {
    return std::count_if(allocations.begin(), allocations.end(), [&](const auto& entry) {
      return entry.second.host_id == h.id && is(entry.second);
    });
  }
  std::int64_t instances(const Host& h) const {
    return count(h, [](const Allocation&) { return true; });
  }
  std::int64_t members(const Host& h, const Request& r) const {
    return count(h, [&](const Allocation& a) { return a.group_id == r.group->id; });
  }
  bool holds(const Host& h, const std::vector<std::string>& ids) const {
    return count(h, [&](const Allocation& a) { return lists(ids, a.consumer_id); }) > 0;
  }

  Resources used(const Host& h) const {
    Resources sum;
    for (const auto& [id, a] : allocations) {
      if (a.host_id != h.id) continue;
      sum.vcpus += a.resources.vcpus;
      sum.memory_mib += a.resources.memory_mib;
      sum.disk_gib += a.resources.disk_gib;
      for (const auto& [name, amount] : a.resources.others) sum.others[name] += amount;
    }
    return sum;
  }

  static bool fits(const Inventory& i, std::int64_t taken, std::int64_t wanted) {
    return wanted == 0 ||
           (static_cast<double>(taken + wanted) <=
                static_cast<double>(i.total - i.reserved) * i.allocation_ratio &&
            wanted >= i.min_unit && wanted <= i.max_unit && wanted % i.step_size == 0);
  }

  bool has_room(const Host& h, const Demand& d) const {
    Resources u = used(h);
    for (const auto& [name, wanted] : d.resources.others)
      if (h.others.count(name) == 0 || !fits(h.others.at(name), u.others[name], wanted))
        return false;
    return fits(h.vcpus, u.vcpus, d.resources.vcpus) &&
           fits(h.memory_mib, u.memory_mib, d.resources.memory_mib) &&
           fits(h.disk_gib, u.disk_gib, d.resources.disk_gib);
  }

  /// All pools of a host are alike in these tests.
  bool right_devices(const Host& h, const Demand& d) const {
    std::int64_t wanted = 0;
    for (const auto& request : d.pci) wanted += request.count;
    std::int64_t left = 0;
    for (const auto& pool : h.pci) left += pool.count;
    for (const auto& [id, a] : allocations)
      if (a.host_id == h.id)
        for (const auto& claim : a.pci) left -= claim.count;
    return wanted <= left || wanted == 0;
  }

  std::vector<const Aggregate*> of(const Host& h) const {
    std::vector<const Aggregate*> list;
    for (const auto& [id, a] : aggregates)
      if (a.host_ids.count(h.id) != 0) list.push_back(&a);
    return list;
  }

  std::set<std::string> values(const Host& h, const std::string& key) const {
    std::set<std::string> set;
    for (const auto* a : of(h))
      if (a->metadata.count(key) != 0) set.insert(a->metadata.at(key));
    return set;
  }

  bool right_aggregates(const Host& h, const Demand& d) const {
    std::set<std::string> ids;
    for (const auto* a : of(h)) ids.insert(a->id);
    const auto is_in = [&](const std::string& id) { return ids.count(id) != 0; };
    for (const auto& set : d.required_aggregates)
      if (std::none_of(set.begin(), set.end(), is_in)) return false;
    return std::none_of(d.forbidden_aggregates.begin(), d.forbidden_aggregates.end(), is_in);
  }

  bool right_zone(const Host& h, const Demand& d) const {
    const auto zones = values(h, "availability_zone");
    return d.availability_zone.empty() ||
           (zones.empty() ? d.availability_zone == "nova" : zones.count(d.availability_zone) != 0);
  }

  bool right_project(const Host& h, const Demand& d) const {
    const auto projects = values(h, "filter_tenant_id");
    const auto flavors = values(h, "instance_type");
    return (projects.empty() || projects.count(d.project_id) != 0) &&
           (flavors.empty() || flavors.count(d.flavor_name) != 0);
  }

  static bool right_traits(const Host& h, const Demand& d) {
    for (const auto& trait : d.required_traits)
      if (h.traits.count(trait) == 0) return false;
    for (const auto& trait : d.forbidden_traits)
      if (h.traits.count(trait) != 0) return false;
    return true;
  }

  bool right_machine(const Host& h, const Demand& d) const {
    if (const auto vendor = d.extra_specs.find("capabilities:vendor");
        vendor != d.extra_specs.end() &&
        (h.capabilities.count("vendor") == 0 || h.capabilities.at("vendor") != vendor->second))
      return false;
    if (const auto least = d.extra_specs.find("capabilities:num_instances");
        least != d.extra_specs.end() && instances(h) > std::stol(least->second.substr(3)))
      return false;
    const auto wanted = d.image_properties.find("hw_architecture");
    return wanted == d.image_properties.end() ||
           std::any_of(h.supported_instances.begin(), h.supported_instances.end(),
                       [&](const auto& s) { return s.architecture == wanted->second; });
  }

  bool not_too_busy(const Host& h) const {
    std::int64_t most = options.max_instances_per_host;
    if (const auto limits = values(h, "max_instances_per_host"); !limits.empty()) {
      most = std::min(most, std::stol(*limits.begin()));
      for (const auto& limit : limits) most = std::min(most, std::stol(limit));
    }
    return instances(h) < most && h.io_ops < options.max_io_ops_per_host;
  }

  bool right_company(const Host& h, const Request& r) const {
    if (!r.same_host.empty() && !holds(h, r.same_host)) return false;
    if (holds(h, r.different_host)) return false;
    if (!r.group) return true;
    const bool has_members =
        std::any_of(allocations.begin(), allocations.end(),
                    [&](const auto& a) { return a.second.group_id == r.group->id; });
    if (r.group->policy == GroupPolicy::affinity) return !has_members || members(h, r) > 0;
    if (r.group->policy != GroupPolicy::anti_affinity) return true;
    return members(h, r) < r.group->max_server_per_host || holds(h, {r.instance_id});
  }

  int unasked(const Host& h, const Demand& d) const {
    int level = !h.pci.empty() && d.pci.empty() ? 1 : 0;
    for (const auto& [name, inventory] : h.others)
      if (inventory.capacity() > 0 && d.resources.others.count(name) == 0) ++level;
    for (const auto& trait : h.traits) {
      const auto having = std::count_if(hosts.begin(), hosts.end(), [&](const auto& entry) {
        return entry.second.traits.count(trait) != 0;
      });
      if (4 * having <= static_cast<std::int64_t>(hosts.size()) &&
          d.required_traits.count(trait) == 0)
        ++level;
    }
    return level;
  }
};

}  // namespace virga::scheduler
