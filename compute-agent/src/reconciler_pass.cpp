// SPDX-License-Identifier: Apache-2.0
// Work on one instance: look, plan, one step, look again, until nothing is to be done now.
#include <algorithm>

#include "common/error.h"
#include "common/log.h"
#include "compute-agent/src/domain_spec.h"
#include "compute-agent/src/reconciler_impl.h"
#include "network/metadata/documents.h"

namespace virga::agent {
namespace {

using model::PowerState;
using model::PowerWish;

// More steps than any way from one state to another has; then others have their turn.
constexpr int kMostSteps = 32;

/// A new wish starts afresh; new content of the same wish repeats what shows it to the guest.
void begin(Progress& p, std::int64_t generation, std::int64_t content) {
  if (p.generation != generation) {
    p = Progress{};
    p.generation = generation;
  } else if (p.content != content) {
    p.network_ready = false;
    p.metadata_ready = false;
  }
  p.content = content;
}

bool is_idle(StepKind kind) noexcept {
  return kind == StepKind::none || kind == StepKind::wait || kind == StepKind::report_absent;
}

bool is_active(const Seen& seen) noexcept {
  return seen.domain && seen.domain->power != PowerState::shutoff &&
         seen.domain->power != PowerState::crashed && seen.domain->power != PowerState::suspended;
}

}  // namespace

void Reconciler::Impl::pass(const std::string& id) {
  std::shared_ptr<Work> work;
  {
    const std::scoped_lock lock(mutex);
    const auto found = works.find(id);
    if (found == works.end()) return;
    work = found->second;
  }
  for (int i = 0; i < kMostSteps; ++i)
    if (!one_step(*work, id)) return;
  queue->wake(id);
}

// Returns whether to look again at once.
bool Reconciler::Impl::one_step(Work& work, const std::string& id) {
  std::shared_ptr<const model::DesiredInstance> desired;
  {
    const std::scoped_lock lock(mutex);
    const auto found = works.find(id);
    if (found == works.end() || found->second.get() != &work) return false;
    desired = work.desired;
    begin(work.progress, desired->instance.generation, work.content);
  }
  StepKind doing = StepKind::none;
  try {
    const Seen seen = look(work, *desired);
    succeeded(work, StepKind::none);
    const Step step = plan_step(*desired, seen, settings.plan, deps.clock.now_us());
    if (step.kind != StepKind::fetch_base) fetcher.withdraw(id);
    if (step.kind == StepKind::none || step.kind == StepKind::report_absent)
      clear_failures(work.progress);
    if (step.kind == StepKind::wait) queue->wake_at(id, step.at_us);
    const bool held = !is_idle(step.kind) && held_back(work, id);
    publish(work, *desired, &seen, step.kind);
    if (held || is_idle(step.kind)) return false;
    doing = step.kind;
    return apply(work, *desired, step.kind);
  } catch (const Error& e) {
    failed(work, *desired, doing, e);
  } catch (const std::exception& e) {
    log::error("A step failed in an unknown way", {{"instance", id}, {"error", e.what()}});
    failed(work, *desired, doing, Error(ErrorKind::internal, "An internal error occurred."));
  }
  return false;
}

Seen Reconciler::Impl::look(Work& work, const model::DesiredInstance& desired) {
  const Progress& p = work.progress;
  Seen seen;
  seen.domain = deps.hypervisor.observe(desired.instance.id);
  seen.base_ready = fetcher.ready(base_of(desired));
  seen.root_disk_ready = p.root_disk_ready;
  seen.disks_trimmed = p.disks_trimmed;
  seen.config_drive_ready = p.config_drive_ready;
  seen.network_ready = p.network_ready;
  seen.metadata_ready = p.metadata_ready;
  seen.asked_first_us = p.asked_first_us;
  seen.asked_last_us = p.asked_last_us;
  seen.ports = !p.ports_released;
  if (desired.instance.wish == PowerWish::absent && !seen.domain) {
    const auto having_files = deps.store.list();
    seen.files = std::find(having_files.begin(), having_files.end(), desired.instance.id) !=
                 having_files.end();
    const std::scoped_lock lock(mutex);
    work.domain_gone = true;
  }
  if (!is_active(seen)) {
    work.progress.asked_first_us = 0;
    seen.asked_first_us = 0;
  }
  count_unexpected_end(work, desired, seen);
  return seen;
}

bool Reconciler::Impl::held_back(Work& work, const std::string& id) {
  const Progress& p = work.progress;
  if (p.permanent) return true;
  const TimeUs now = deps.clock.now_us();
  const bool clock_went_back = p.next_try_us > now + settings.backoff_most_us;
  if (now >= p.next_try_us || clock_went_back) return false;
  queue->wake_at(id, p.next_try_us);
  return true;
}

// Returns whether to look again at once.
bool Reconciler::Impl::apply(Work& work, const model::DesiredInstance& desired, StepKind kind) {
  const std::string& id = desired.instance.id;
  Progress& p = work.progress;
  switch (kind) {
    case StepKind::fetch_base:
      if (const auto failure = fetcher.take_failure(id)) throw Error(*failure);
      fetcher.want(base_of(desired), id);
      return false;  // woken when the job is done
    case StepKind::root_disk:
      deps.store.ensure_root_disk(id, root_disk_of(desired));
      p.root_disk_ready = true;
      queue->wake(kBasesKey);  // it stands on its base, which is told
      break;
    case StepKind::config_drive:
      deps.store.ensure_config_drive(id, metadata::config_drive_files(desired, mtus()));
      p.config_drive_ready = true;
      break;
    case StepKind::network:
      apply_network(work, desired);
      break;
    case StepKind::metadata:
      deps.network.set_metadata(desired);
      p.metadata_ready = true;
      break;
    case StepKind::trim_disks:
      deps.store.keep_root_disks(id, {desired.instance.disks.number, desired.instance.disks.kept});
      p.disks_trimmed = true;
      break;
    case StepKind::start:
      start(work, desired);
      break;
    case StepKind::pause:
      deps.hypervisor.ensure_paused(id);
      break;
    case StepKind::unpause:
      deps.hypervisor.ensure_unpaused(id);
      break;
    case StepKind::suspend:
      deps.hypervisor.ensure_suspended(id);
      break;
    case StepKind::resume:
      deps.hypervisor.ensure_resumed(id);
      break;
    case StepKind::ask_shutdown:
      ask_shutdown(work, id);
      break;
    case StepKind::stop:
      deps.hypervisor.ensure_stopped(id);
      break;
    case StepKind::undefine:
      deps.hypervisor.ensure_absent(id);
      break;
    case StepKind::remove_files:
      deps.store.ensure_absent(id);
      queue->wake(kBasesKey);
      break;
    case StepKind::release_network:
      (void)keeper.apply(NetworkKeeper::When::changed);
      p.ports_released = true;
      break;
    case StepKind::none:
    case StepKind::wait:
    case StepKind::report_absent:
      return false;
  }
  succeeded(work, kind);
  return true;
}

void Reconciler::Impl::apply_network(Work& work, const model::DesiredInstance& desired) {
  const bool again = work.progress.attempts > 0;
  const auto refused =
      keeper.apply(again ? NetworkKeeper::When::always : NetworkKeeper::When::changed);
  for (const auto& port : desired.ports)
    if (const auto why = refused.find(port.network_id); why != refused.end())
      throw Error(ErrorKind::invalid, why->second);
  deps.network.set_metadata(desired);
  work.progress.network_ready = true;
  work.progress.metadata_ready = true;
}

void Reconciler::Impl::start(Work& work, const model::DesiredInstance& desired) {
  const auto files = deps.store.files_of(desired.instance.id, desired.instance.disks.number,
                                         desired.instance.disks.kept);
  deps.hypervisor.ensure_running(make_domain_spec(desired, files, mtus(), settings.virt_type));
  Progress& p = work.progress;
  p.started_us = deps.clock.now_us();
  p.end_counted = false;
  p.network_ready = false;
}

void Reconciler::Impl::ask_shutdown(Work& work, const std::string& id) {
  Progress& p = work.progress;
  const TimeUs now = deps.clock.now_us();
  if (p.asked_first_us == 0 || now < p.asked_first_us) p.asked_first_us = now;
  p.asked_last_us = now;
  deps.hypervisor.request_shutdown(id);
}

}  // namespace virga::agent
