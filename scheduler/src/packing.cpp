// SPDX-License-Identifier: Apache-2.0
// The default policy: leave alone what is scarce, fill what is in use, fit tightly.
#include "scheduler/src/packing.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace virga::scheduler {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// The best host so far among those that differ in their fit alone.
struct Best {
  double score = kNever;
  Slot slot = kNoSlot;

  bool beaten_by(double other, Slot with, const Cloud& cloud) const {
    return other < score || (other == score && (slot == kNoSlot || cloud.columns.name[with] <
                                                                       cloud.columns.name[slot]));
  }
};

/// Looks for the best fit on one shelf. Hosts of a row are tried in the order of their fit, so the
/// first that passes is its best; a row whose vCPUs alone fit worse than the best ends the search.
template <class Passes>
void search(const Cloud& cloud, const HostClass& c, const Shelf& shelf, const Resources& wanted,
            Passes passes, Best& best) {
  for (auto row = shelf.from(wanted.vcpus); row != shelf.end(); ++row) {
    const double vcpus = c.fit.share_of_vcpus(row->vcpus - wanted.vcpus);
    if (vcpus > best.score) return;
    for (auto h = Shelf::from(row->hosts, wanted.memory_mib); h != row->hosts.end(); ++h) {
      if (h->disk_gib < wanted.disk_gib && wanted.disk_gib > 0) continue;
      const double memory = c.fit.share_of_memory(h->memory_mib - wanted.memory_mib);
      const double score = Fit::score(vcpus, memory);
      if (score > best.score) break;
      if (!best.beaten_by(score, h->slot, cloud) || !passes(h->slot)) continue;
      best = {score, h->slot};
      break;
    }
  }
}

/// Searches all shelves, those first that the policy likes best.
template <class Passes>
Slot search_all(const Cloud& cloud, const Query& query, Passes passes) {
  const auto& order = query.profile.order;
  const Resources& wanted = query.request.demand.resources;
  for (const bool failing : {false, true})
    for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
      while (last < order.size() && order[last].level == order[first].level) ++last;
      for (const bool in_use : {true, false}) {
        Best best;
        for (std::size_t i = first; i < last; ++i) {
          const HostClass& c = cloud.classes[order[i].id];
          search(cloud, c, c.shelf(failing, in_use), wanted, passes, best);
        }
        if (best.slot != kNoSlot) return best.slot;
      }
    }
  return kNoSlot;
}

/// What the policy compares, less is better.
auto rank(const Cloud& cloud, const Query& query, Slot s) {
  const HostClass& c = cloud.class_of(s);
  const Resources& r = query.request.demand.resources;
  const double fit =
      Fit::score(c.fit.share_of_vcpus(cloud.columns.free_vcpus[s] - r.vcpus),
                 c.fit.share_of_memory(cloud.columns.free_memory_mib[s] - r.memory_mib));
  return std::tuple<bool, std::int32_t, bool, double, const std::string&>(
      cloud.failing(s), query.profile.levels[cloud.columns.class_id[s]], !cloud.in_use(s), fit,
      cloud.columns.name[s]);
}

/// The best of a few hosts. `preference` goes before the policy, less is better.
template <class Hosts, class Preference>
Slot best_of(const Cloud& cloud, const Query& query, const Hosts& hosts, Preference preference) {
  Slot best = kNoSlot;
  for (const Slot s : hosts) {
    if (!passes_everything(cloud, s, query)) continue;
    if (best == kNoSlot || preference(s) < preference(best) ||
        (preference(s) == preference(best) && rank(cloud, query, s) < rank(cloud, query, best)))
      best = s;
  }
  return best;
}

std::vector<Slot> members(const GroupHosts& group) {
  std::vector<Slot> slots;
  for (const auto& [slot, count] : group) slots.push_back(slot);
  return slots;
}

}  // namespace

Slot pack(const Cloud& cloud, const Query& query) {
  const auto& group = query.request.group;
  const bool soft = group && query.group != nullptr &&
                    (group->policy == GroupPolicy::soft_affinity ||
                     group->policy == GroupPolicy::soft_anti_affinity);
  const bool together = soft && group->policy == GroupPolicy::soft_affinity;
  const auto count = [&](Slot s) -> std::int64_t {
    if (!soft) return 0;
    const auto found = query.group->find(s);
    return found == query.group->end() ? 0 : (together ? -found->second : found->second);
  };
  if (query.candidates) return best_of(cloud, query, *query.candidates, count);
  if (!soft)
    return search_all(cloud, query, [&](Slot s) { return passes_checks(cloud, s, query); });
  if (together)
    if (const Slot s = best_of(cloud, query, members(*query.group), count); s != kNoSlot) return s;
  const Slot apart = search_all(cloud, query, [&](Slot s) {
    return query.group->count(s) == 0 && passes_checks(cloud, s, query);
  });
  if (apart != kNoSlot || together) return apart;
  return best_of(cloud, query, members(*query.group), count);
}

}  // namespace virga::scheduler
