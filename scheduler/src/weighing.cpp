// SPDX-License-Identifier: Apache-2.0
// Nova's weighers: each weighs all hosts that pass, is scaled to 0..1 and counts by its multiplier.
#include <algorithm>
#include <limits>
#include <optional>

#include "scheduler/src/packing.h"

namespace virga::scheduler {
namespace {

constexpr double kMostDevices = 100;  // with more, devices are not scarce

double members_on(const Query& query, Slot slot, GroupPolicy policy) {
  if (!query.request.group || query.request.group->policy != policy || query.group == nullptr)
    return 0;
  const auto found = query.group->find(slot);
  return found == query.group->end() ? 0 : static_cast<double>(found->second);
}

double raw_weight(const Cloud& cloud, const Query& query, Weigher weigher, Slot s) {
  const Columns& c = cloud.columns;
  const auto not_negative = [](std::int64_t x) {
    return static_cast<double>(std::max<std::int64_t>(x, 0));
  };
  switch (weigher) {
    case Weigher::ram:
      return not_negative(c.free_memory_mib[s]);
    case Weigher::cpu:
      return not_negative(c.free_vcpus[s]);
    case Weigher::disk:
      return not_negative(c.free_disk_gib[s]);
    case Weigher::io_ops:
      return not_negative(c.io_ops[s]);
    case Weigher::pci: {
      if (!cloud.class_of(s).facts.has_pci) return kMostDevices;
      double free = 0;
      for (const auto count : c.details[s].pci_free) free += static_cast<double>(count);
      return kMostDevices - std::min(free, kMostDevices - 1);
    }
    case Weigher::soft_affinity:
      return members_on(query, s, GroupPolicy::soft_affinity);
    case Weigher::soft_anti_affinity:
      return -members_on(query, s, GroupPolicy::soft_anti_affinity);
    case Weigher::build_failure:
      return static_cast<double>(c.failed_builds[s]);
  }
  return 0;
}

/// These are scaled from 0, the others from the least of the hosts.
bool starts_at_zero(Weigher weigher) {
  return weigher == Weigher::ram || weigher == Weigher::cpu || weigher == Weigher::disk ||
         weigher == Weigher::io_ops;
}

/// By class: the option, or what the metadata of aggregates say.
std::vector<double> multipliers(const Cloud& cloud, const Weight& weight) {
  const double sign = weight.weigher == Weigher::build_failure ? -1 : 1;
  std::vector<double> result;
  result.reserve(cloud.classes.size());
  for (const HostClass& c : cloud.classes)
    result.push_back(sign * least(c.raw, multiplier_name(weight.weigher), weight.multiplier));
  return result;
}

void add_weights(const Cloud& cloud, const Query& query, const Weight& weight,
                 const std::vector<Slot>& hosts, std::vector<double>& sums) {
  std::vector<double> raw;
  raw.reserve(hosts.size());
  for (const Slot s : hosts) raw.push_back(raw_weight(cloud, query, weight.weigher, s));
  const auto [low, high] = std::minmax_element(raw.begin(), raw.end());
  const double from = starts_at_zero(weight.weigher) ? 0 : *low;
  const double range = *high - from;
  if (range == 0) return;
  const auto by_class = multipliers(cloud, weight);
  for (std::size_t i = 0; i < hosts.size(); ++i)
    sums[i] += by_class[cloud.columns.class_id[hosts[i]]] * ((raw[i] - from) / range);
}

std::vector<Slot> all_that_pass(const Cloud& cloud, const Query& query) {
  std::vector<Slot> hosts;
  if (query.candidates) {
    for (const Slot s : *query.candidates)
      if (passes_everything(cloud, s, query)) hosts.push_back(s);
    return hosts;
  }
  const Columns& c = cloud.columns;
  const Resources& r = query.request.demand.resources;
  for (Slot s = 0; s < c.size(); ++s)
    if (c.shelved[s] != 0 && (r.vcpus == 0 || c.free_vcpus[s] >= r.vcpus) &&
        query.profile.levels[c.class_id[s]] >= 0 && passes_checks(cloud, s, query))
      hosts.push_back(s);
  return hosts;
}

}  // namespace

Slot weigh(const Cloud& cloud, const Query& query) {
  const std::vector<Slot> hosts = all_that_pass(cloud, query);
  if (hosts.empty()) return kNoSlot;
  std::vector<double> sums(hosts.size(), 0);
  for (const auto& weight : cloud.options.weights) add_weights(cloud, query, weight, hosts, sums);
  std::size_t best = 0;
  for (std::size_t i = 1; i < hosts.size(); ++i)
    if (sums[i] > sums[best] ||
        (sums[i] == sums[best] && cloud.columns.name[hosts[i]] < cloud.columns.name[hosts[best]]))
      best = i;
  return hosts[best];
}

}  // namespace virga::scheduler
