// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/reconciler.h"

#include <boost/json/serialize.hpp>
#include <random>

#include "common/error.h"
#include "common/log.h"
#include "compute-agent/src/reconciler_impl.h"

namespace virga::agent {
namespace {

std::uint64_t seed_of(const ReconcilerSettings& settings) {
  return settings.seed != 0 ? settings.seed : std::random_device{}();
}

/// Equal texts: nothing of the instance changed.
std::string text_of(const model::DesiredInstance& desired) {
  model::DesiredHost alone;
  alone.instances.push_back(desired);
  return boost::json::serialize(model::to_json(alone));
}

/// Takes over a new version of the wish, unless it is older than the known one.
void adopt(Work& work, model::DesiredInstance desired) {
  if (work.desired && desired.instance.generation < work.desired->instance.generation) {
    log::warning("An older wish was left aside", {{"instance", desired.instance.id}});
    return;
  }
  std::string text = text_of(desired);
  if (text == work.text) return;
  work.text = std::move(text);
  ++work.content;
  work.desired = std::make_shared<const model::DesiredInstance>(std::move(desired));
}

}  // namespace

Reconciler::Impl::Impl(ReconcilerDeps d, ReconcilerSettings s)
    : deps(std::move(d)),
      settings(std::move(s)),
      queue(std::make_shared<WorkQueue>(deps.clock, settings.threads / 2)),
      backoff(settings.backoff_first_us, settings.backoff_most_us, seed_of(settings)),
      fetcher(deps.store, deps.fetch_image, *queue),
      keeper(deps.network, deps.bridges, [this] { return network_wish(); }),
      bases_keeper(deps.store, fetcher, backoff, deps.clock, kBasesKey),
      snapshots(deps, *queue, backoff, kSnapshotsKey) {
  snapshots.on_change([this] { report(); });
  // The callback may still run on a thread of the hypervisor when this object is gone.
  deps.hypervisor.on_change(
      [queue_ = queue](const std::string& id) { queue_->wake(id.empty() ? kResyncKey : id); });
}

Reconciler::Impl::~Impl() {
  deps.hypervisor.on_change(nullptr);
  fetcher.close(true);
  snapshots.close(true);
  for (auto& thread : threads) thread.request_stop();
  threads.clear();
}

NetworkWish Reconciler::Impl::network_wish() {
  const std::scoped_lock lock(mutex);
  NetworkWish out;
  if (host) out.desired = *host;
  for (const auto& [id, work] : works) {
    out.desired.instances.push_back(*work->desired);
    if (work->domain_gone && work->desired->instance.wish == model::PowerWish::absent)
      out.released.insert(id);
  }
  return out;
}

std::map<std::string, std::int64_t> Reconciler::Impl::mtus() {
  const std::scoped_lock lock(mutex);
  std::map<std::string, std::int64_t> out;
  if (host)
    for (const auto& network : host->networks) out.emplace(network.id, network.mtu);
  return out;
}

std::vector<std::string> Reconciler::Impl::ids() {
  const std::scoped_lock lock(mutex);
  std::vector<std::string> out;
  for (const auto& [id, work] : works) out.push_back(id);
  return out;
}

void Reconciler::Impl::work_on(const std::string& key) {
  try {
    if (key == kResyncKey) {
      resync();
    } else if (key == kNetworkKey) {
      keep_network();
    } else if (key == kBasesKey) {
      keep_bases();
    } else if (key == kSnapshotsKey) {
      make_snapshots();
    } else if (SnapshotMaker::owns(key)) {
      snapshots.run(key);
    } else if (key.starts_with(WorkQueue::kSlowPrefix)) {
      fetcher.run(key);
    } else {
      pass(key);
    }
  } catch (const std::exception& e) {
    log::error("A piece of work failed", {{"work", key}, {"error", e.what()}});
    queue->wake_at(key, deps.clock.now_us() + settings.resync_us);
  }
}

void Reconciler::Impl::worker(const std::stop_token& stop) {
  while (auto key = queue->take(stop)) {
    const Taken taken(*queue, *std::move(key));
    work_on(taken.key());
  }
}

void Reconciler::Impl::report() {
  std::function<void()> tell;
  {
    const std::scoped_lock lock(mutex);
    if (report_due) return;
    report_due = true;
    tell = callback;
  }
  if (tell) tell();
}

Reconciler::Reconciler(ReconcilerDeps deps, ReconcilerSettings settings)
    : impl_(std::make_unique<Impl>(std::move(deps), std::move(settings))) {}

Reconciler::~Reconciler() {
  stop();
}

void Reconciler::set_desired(model::DesiredHost desired) {
  Impl& my = *impl_;
  std::vector<model::DesiredInstance> instances;
  instances.swap(desired.instances);
  bool first = false;
  bool other_bases = false;
  {
    const std::scoped_lock lock(my.mutex);
    first = !my.host;
    other_bases = first || my.host->prefetch != desired.prefetch || my.host->drop != desired.drop;
    my.host = std::make_shared<const model::DesiredHost>(std::move(desired));
    std::map<std::string, std::shared_ptr<Work>> next;
    for (auto& instance : instances) {
      const std::string id = instance.instance.id;
      const auto known = my.works.find(id);
      auto work = known == my.works.end() ? std::make_shared<Work>() : known->second;
      work->observed.id = id;
      const std::int64_t before = work->content;
      adopt(*work, std::move(instance));
      if (work->content != before) my.queue->wake(id);
      next.emplace(id, std::move(work));
    }
    my.works = std::move(next);
  }
  my.queue->wake(kNetworkKey);
  my.queue->wake(kSnapshotsKey);
  if (other_bases) my.queue->wake(kBasesKey);
  if (first) my.queue->wake_at(kResyncKey, my.deps.clock.now_us() + my.settings.resync_us);
  my.report();
}

void Reconciler::nudge(const std::string& id) {
  impl_->queue->wake(id.empty() ? kResyncKey : id);
}

model::ObservedHost Reconciler::snapshot() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->report_due = false;
  model::ObservedHost out;
  out.revision = impl_->host ? impl_->host->revision : 0;
  out.bases = impl_->bases;
  out.snapshots = impl_->snapshots.seen();
  if (impl_->has_looked)
    out.strays.emplace(impl_->known_orphans.begin(), impl_->known_orphans.end());
  for (const auto& [id, work] : impl_->works) out.instances.push_back(work->observed);
  return out;
}

void Reconciler::on_report(std::function<void()> callback) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->callback = std::move(callback);
}

void Reconciler::run() {
  impl_->fetcher.close(false);
  impl_->snapshots.close(false);
  for (std::size_t i = impl_->threads.size(); i < impl_->settings.threads; ++i)
    impl_->threads.emplace_back([my = impl_.get()](const std::stop_token& s) { my->worker(s); });
}

void Reconciler::stop() {
  impl_->fetcher.close(true);
  impl_->snapshots.close(true);
  for (auto& thread : impl_->threads) thread.request_stop();
  impl_->threads.clear();
}

std::optional<TimeUs> Reconciler::run_due() {
  while (auto key = impl_->queue->try_take()) {
    const Taken taken(*impl_->queue, *std::move(key));
    impl_->work_on(taken.key());
  }
  return impl_->queue->next_due_us();
}

}  // namespace virga::agent
