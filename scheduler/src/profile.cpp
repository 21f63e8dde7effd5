// SPDX-License-Identifier: Apache-2.0
#include "scheduler/src/profile.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

namespace virga::scheduler {
namespace {

constexpr std::size_t kMostKept = 1U << 20U;  // classes in all profiles, some 12 MiB

/// Sum of the hashes of all texts and numbers of a demand.
class Mixer {
 public:
  void number(std::int64_t n) {
    hash_ = (hash_ ^ static_cast<std::size_t>(n)) * 0x9e3779b97f4a7c15ULL;
    hash_ ^= hash_ >> 29U;
  }
  void text(std::string_view t) {
    number(static_cast<std::int64_t>(std::hash<std::string_view>{}(t)));
  }
  void texts(const std::set<std::string>& set) {
    number(static_cast<std::int64_t>(set.size()));
    for (const auto& t : set) text(t);
  }
  void texts(const std::map<std::string, std::string>& map) {
    number(static_cast<std::int64_t>(map.size()));
    for (const auto& [key, value] : map) {
      text(key);
      text(value);
    }
  }
  std::size_t hash() const { return hash_; }

 private:
  std::size_t hash_ = 0;
};

std::set<std::string> rare_traits(const Cloud& cloud) {
  std::map<std::string_view, std::int64_t> hosts;
  for (const auto& c : cloud.classes)
    if (c.hosts > 0)
      for (const auto& trait : c.facts.traits) hosts[trait] += c.hosts;
  const auto all = static_cast<std::int64_t>(cloud.host_count());
  std::set<std::string> rare;
  for (const auto& [trait, count] : hosts)
    if (count * 100 <= all * cloud.options.scarce_trait_percent) rare.emplace(trait);
  return rare;
}

std::int32_t level_of(const ClassFacts& facts, const Demand& d, const std::set<std::string>& rare) {
  const auto unasked = [](const auto& has, const auto& asked) {
    return std::count_if(has.begin(), has.end(),
                         [&](const std::string& x) { return asked.count(x) == 0; });
  };
  std::int32_t level = facts.has_pci && d.pci.empty() ? 1 : 0;
  level += static_cast<std::int32_t>(unasked(facts.others, d.resources.others));
  for (const auto& trait : rare)
    if (facts.traits.count(trait) != 0 && d.required_traits.count(trait) == 0) ++level;
  return level;
}

/// Whether some host of a class could take as much, if it were empty.
bool is_large_enough(const HostClass& c, const Resources& r) {
  return r.vcpus <= c.largest[0] && r.memory_mib <= c.largest[1] && r.disk_gib <= c.largest[2] &&
         std::all_of(r.others.begin(), r.others.end(),
                     [&](const auto& other) { return c.facts.others.count(other.first) != 0; });
}

}  // namespace

FilterSet filters_for(const Options& options, bool forced) {
  if (!forced) return options.filters;
  FilterSet set = filters_named({});
  // What is left over of these when a host is forced is seen to by the filters themselves.
  for (const Filter filter :
       {Filter::compute, Filter::availability_zone, Filter::pci_passthrough, Filter::numa_topology})
    if (options.filters.has(filter)) set.add(filter);
  return set;
}

std::size_t Profiles::Hash::operator()(const Demand& d) const {
  Mixer m;
  for (const auto n : {d.resources.vcpus, d.resources.memory_mib, d.resources.disk_gib})
    m.number(n);
  for (const auto* text : {&d.project_id, &d.availability_zone, &d.flavor_name}) m.text(*text);
  for (const auto& [name, amount] : d.resources.others) {
    m.text(name);
    m.number(amount);
  }
  m.texts(d.extra_specs);
  m.texts(d.image_properties);
  m.texts(d.required_traits);
  m.texts(d.forbidden_traits);
  for (const auto& set : d.required_aggregates) m.texts(set);
  m.texts(d.forbidden_aggregates);
  m.number(static_cast<std::int64_t>(d.pci.size()));
  return m.hash();
}

void Profiles::refresh(const Cloud& cloud) {
  if (epoch_ == cloud.epoch) return;
  epoch_ = cloud.epoch;
  rare_traits_ = rare_traits(cloud);
  kept_.clear();
  kept_size_ = 0;
}

Profile Profiles::make(const Cloud& cloud, const Demand& demand, bool forced) const {
  const FilterSet on = filters_for(cloud.options, forced);
  Profile profile;
  profile.levels.assign(cloud.classes.size(), -1);
  for (ClassId id = 0; id < cloud.classes.size(); ++id) {
    const HostClass& c = cloud.classes[id];
    bool passes = c.hosts > 0 && is_large_enough(c, demand.resources);
    for (std::size_t f = 0; f < kFilters && passes; ++f) {
      const auto filter = static_cast<Filter>(f);
      passes = !on.has(filter) || !is_class_filter(filter) ||
               class_passes(filter, c, demand, cloud.options, forced);
    }
    if (!passes) continue;
    profile.levels[id] = level_of(c.facts, demand, rare_traits_);
    profile.order.push_back({profile.levels[id], id});
  }
  std::sort(profile.order.begin(), profile.order.end());
  if (on.has(Filter::compute_capabilities))
    for (auto& spec : capability_specs(demand))
      if (is_host_attribute(spec.name)) profile.host_specs.push_back(std::move(spec));
  return profile;
}

const Profile& Profiles::of(const Cloud& cloud, const Demand& demand, bool forced) {
  refresh(cloud);
  if (forced) return forced_ = make(cloud, demand, true);
  const auto found = kept_.find(demand);
  if (found != kept_.end()) return found->second;
  if (kept_size_ > kMostKept) {
    kept_.clear();
    kept_size_ = 0;
  }
  Profile profile = make(cloud, demand, false);
  kept_size_ += profile.levels.size() + profile.order.size() + 16;
  return kept_.emplace(demand, std::move(profile)).first->second;
}

}  // namespace virga::scheduler
