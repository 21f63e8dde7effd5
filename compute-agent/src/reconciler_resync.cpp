// SPDX-License-Identifier: Apache-2.0
// Work on the whole host: everything is looked at again, whatever was or was not told.
#include <algorithm>

#include "common/error.h"
#include "common/log.h"
#include "compute-agent/src/domain_spec.h"
#include "compute-agent/src/reconciler_impl.h"

namespace virga::agent {

void Reconciler::Impl::resync() {
  {
    const std::scoped_lock lock(mutex);
    if (!host) return;  // nothing is known to be wanted
  }
  queue->wake_at(kResyncKey, deps.clock.now_us() + settings.resync_us);
  for (const auto& id : ids()) queue->wake(id);
  queue->wake(kNetworkKey);
  queue->wake(kBasesKey);
  queue->wake(kSnapshotsKey);
  try {
    note_orphans();
    evict_bases();
  } catch (const Error& e) {
    log::debug("The host was not looked through", {{"error", e.what()}});
  }
}

void Reconciler::Impl::keep_network() {
  {
    const std::scoped_lock lock(mutex);
    if (!host) return;  // an empty plan would take everything away
  }
  try {
    for (const auto& [network, why] : keeper.apply(NetworkKeeper::When::always))
      log::warning("A network was left out", {{"network", network}, {"reason", why}});
  } catch (const Error& e) {
    log::warning("The host's network is not complete", {{"error", e.what()}});
  }
}

void Reconciler::Impl::note_orphans() {
  std::set<std::string> found;
  for (const auto& domain : deps.hypervisor.list()) found.insert(domain.id);
  for (const auto& id : deps.store.list()) found.insert(id);
  std::vector<std::string> fresh;
  bool changed = false;
  {
    const std::scoped_lock lock(mutex);
    std::erase_if(found, [&](const std::string& id) { return works.contains(id); });
    for (const auto& id : found)
      if (!known_orphans.contains(id)) fresh.push_back(id);
    has_looked = true;
    changed = known_orphans != found;
    known_orphans = std::move(found);
  }
  if (changed) report();
  for (const auto& id : fresh)
    log::warning("An instance is on this host that nobody wants here; it is left alone",
                 {{"instance", id}});
}

void Reconciler::Impl::evict_bases() {
  std::vector<std::string> used;
  {
    const std::scoped_lock lock(mutex);
    const TimeUs now = deps.clock.now_us();
    if (now >= evicted_us && now < evicted_us + settings.evict_us) return;
    evicted_us = now;
    for (const auto& [id, work] : works) {
      used.push_back(work->desired->instance.image_digest);
      used.push_back(work->desired->instance.rescue.digest);
    }
    for (const auto& base : host->prefetch) used.push_back(base.digest);
  }
  deps.store.evict_bases(used, settings.keep_bases_s);
}

// The disk of an instance that is to go protects its base as long as it is there.
void Reconciler::Impl::keep_bases() {
  BasesWish wish;
  {
    const std::scoped_lock lock(mutex);
    if (!host) return;  // nothing is known to be wanted
    wish.prefetch = host->prefetch;
    wish.drop = host->drop;
    for (const auto& [id, work] : works)
      if (work->desired->instance.wish != model::PowerWish::absent)
        wish.needed.push_back(base_of(*work->desired));
  }
  BasesSeen seen = bases_keeper.apply(wish);
  if (seen.again_us) queue->wake_at(kBasesKey, *seen.again_us);
  {
    const std::scoped_lock lock(mutex);
    if (bases == seen.bases) return;
    bases = std::move(seen.bases);
  }
  report();
}

void Reconciler::Impl::make_snapshots() {
  std::vector<SnapshotWish> wishes;
  {
    const std::scoped_lock lock(mutex);
    if (!host) return;  // nothing is known to be wanted
    for (const auto& wanted : host->snapshots) {
      const auto work = works.find(wanted.instance_id);
      if (work == works.end()) continue;
      const model::PowerWish wish = work->second->desired->instance.wish;
      if (wish == model::PowerWish::absent) continue;
      wishes.push_back(
          {wanted, wish == model::PowerWish::running || wish == model::PowerWish::paused});
    }
  }
  if (const auto again = snapshots.apply(wishes)) queue->wake_at(kSnapshotsKey, *again);
}

}  // namespace virga::agent
