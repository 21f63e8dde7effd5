// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/snapshot_maker.h"

#include <algorithm>

#include "common/log.h"

namespace virga::agent {
namespace {

using model::PowerState;
using model::SnapshotPhase;

// How soon it is looked again whether a guest is as the copy needs it.
constexpr TimeUs kLookAgain = kSecondUs;

std::string key_prefix() {
  return std::string(WorkQueue::kSlowPrefix) + "snapshot:";
}

storage::SnapshotFile file_of(const model::DesiredSnapshot& what) {
  return {what.instance_id, what.image_id, false};
}

}  // namespace

SnapshotMaker::SnapshotMaker(const ReconcilerDeps& deps, WorkQueue& queue, Backoff& backoff,
                             std::string key)
    : deps_(deps), queue_(queue), backoff_(backoff), key_(std::move(key)) {}

bool SnapshotMaker::owns(const std::string& key) {
  return key.starts_with(key_prefix());
}

std::optional<TimeUs> SnapshotMaker::apply(const std::vector<SnapshotWish>& wishes) {
  if (deps_.snapshots.store == nullptr) return std::nullopt;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [id, job] : jobs_) job.wanted = false;
    for (const auto& wish : wishes) {
      Job& job = jobs_[wish.what.image_id];
      job.wish = wish;
      job.wanted = true;
      job.seen.image_id = wish.what.image_id;
    }
    std::erase_if(jobs_,
                  [](const auto& entry) { return !entry.second.wanted && !entry.second.running; });
  }
  drop_leftovers();
  const std::scoped_lock lock(mutex_);
  if (std::any_of(jobs_.begin(), jobs_.end(), [](const auto& e) { return e.second.running; }))
    return std::nullopt;
  std::optional<TimeUs> again;
  for (const auto& wish : wishes) {  // in the order in which they were asked for
    Job& job = jobs_.at(wish.what.image_id);
    if (job.delivered || job.seen.permanent) continue;
    if (is_paused(job)) {
      again = std::min(again.value_or(job.next_us), job.next_us);
      continue;
    }
    job.running = true;
    queue_.wake(key_prefix() + wish.what.image_id);
    return std::nullopt;
  }
  return again;
}

void SnapshotMaker::drop_leftovers() {
  for (const auto& file : deps_.snapshots.store->list()) {
    {
      const std::scoped_lock lock(mutex_);
      if (jobs_.contains(file.image_id)) continue;
    }
    try {
      if (!file.complete) deps_.hypervisor.end_copy(file.instance_id);
      deps_.snapshots.store->drop(file);
    } catch (const Error& e) {
      log::warning("A copy of a disk was not removed",
                   {{"instance", file.instance_id}, {"error", e.what()}});
    }
  }
}

void SnapshotMaker::run(const std::string& key) {
  const std::string image_id = key.substr(key_prefix().size());
  SnapshotWish wish;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = jobs_.find(image_id);
    if (found == jobs_.end() || !found->second.running) return;
    wish = found->second.wish;
  }
  std::optional<Error> failure;
  bool waits = false;
  try {
    waits = !ensure_copy(wish);
    if (!waits) deliver(wish);
  } catch (const Error& e) {
    failure = e;
  } catch (const std::exception& e) {
    failure = Error(ErrorKind::internal, e.what());
  }
  finish(image_id, failure, waits);
}

std::optional<bool> SnapshotMaker::guest_runs(const SnapshotWish& wish) {
  const auto domain = deps_.hypervisor.observe(wish.what.instance_id);
  const PowerState power = domain ? domain->power : PowerState::absent;
  if (power == PowerState::unknown) return std::nullopt;
  const bool runs = power == PowerState::running || power == PowerState::paused;
  // Its disk may be opened at any moment, or is still open.
  if (runs ? wish.what.at_rest : wish.to_be_up) return std::nullopt;
  return runs;
}

/// @return false when it has to wait for the guest
bool SnapshotMaker::ensure_copy(const SnapshotWish& wish) {
  const auto file = file_of(wish.what);
  if (deps_.snapshots.store->open(file)) return true;
  const auto runs = guest_runs(wish);
  if (!runs) return false;
  show(wish.what.image_id, SnapshotPhase::copying);
  const auto given_up = [&] { return is_given_up(wish.what.image_id); };
  const auto target = deps_.snapshots.store->begin(file, wish.what.disk);
  if (*runs)
    deps_.hypervisor.copy_root_disk({wish.what.instance_id, target.path, target.limit}, given_up);
  else
    deps_.snapshots.store->copy(file, wish.what.disk, given_up);
  deps_.snapshots.store->finish(file);
  show(wish.what.image_id, SnapshotPhase::copied);
  return true;
}

void SnapshotMaker::deliver(const SnapshotWish& wish) {
  const auto file = file_of(wish.what);
  const auto bytes = deps_.snapshots.store->open(file);
  if (!bytes) throw Error(ErrorKind::unavailable, "The copy of the disk has gone.");
  show(wish.what.image_id, SnapshotPhase::uploading);
  try {
    deps_.snapshots.send(wish.what.image_id, *bytes,
                         [&] { return is_given_up(wish.what.image_id); });
  } catch (const Error& e) {
    // Bytes that were refused would be so again; another copy has a chance.
    if (e.kind() == ErrorKind::invalid) deps_.snapshots.store->drop(file);
    throw;
  }
  deps_.snapshots.store->drop(file);
}

void SnapshotMaker::show(const std::string& image_id, SnapshotPhase phase) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.at(image_id).seen.phase = phase;  // a running job is never removed
  }
  if (callback_) callback_();
}

void SnapshotMaker::finish(const std::string& image_id, const std::optional<Error>& failure,
                           bool waits) {
  {
    const std::scoped_lock lock(mutex_);
    Job& job = jobs_.at(image_id);
    job.running = false;
    job.since_us = deps_.clock.now_us();
    job.delivered = !failure && !waits;
    if (waits) job.next_us = job.since_us + kLookAgain;
    if (failure && job.wanted && !closed_) {
      job.seen.phase = SnapshotPhase::pending;
      job.seen.last_error = failure->what();
      job.seen.permanent = failure->kind() == ErrorKind::too_large;
      job.next_us = job.since_us + backoff_.pause_us(++job.seen.attempts);
      log::warning("An image of an instance was not made",
                   {{"instance", job.wish.what.instance_id},
                    {"image", image_id},
                    {"attempts", std::to_string(job.seen.attempts)},
                    {"error", failure->what()}});
    }
  }
  if (callback_) callback_();
  queue_.wake(key_);
}

std::vector<model::ObservedSnapshot> SnapshotMaker::seen() {
  const std::scoped_lock lock(mutex_);
  std::vector<model::ObservedSnapshot> out;
  for (const auto& [id, job] : jobs_)
    if (job.wanted) out.push_back(job.seen);
  return out;
}

void SnapshotMaker::close(bool closed) {
  const std::scoped_lock lock(mutex_);
  closed_ = closed;
}

void SnapshotMaker::on_change(std::function<void()> callback) {
  callback_ = std::move(callback);
}

bool SnapshotMaker::is_given_up(const std::string& image_id) {
  const std::scoped_lock lock(mutex_);
  return closed_ || !jobs_.at(image_id).wanted;
}

// A clock that was set back would hold it for as long.
bool SnapshotMaker::is_paused(const Job& job) const {
  const TimeUs now = deps_.clock.now_us();
  return job.since_us <= now && now < job.next_us;
}

}  // namespace virga::agent
