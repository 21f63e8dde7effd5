// SPDX-License-Identifier: Apache-2.0
// How steps on one instance ended: failures and their pauses, and what is reported.
#include "common/error.h"
#include "common/log.h"
#include "compute-agent/src/domain_spec.h"
#include "compute-agent/src/reconciler_impl.h"

namespace virga::agent {
namespace {

// A guest that ran for so long and ends is not in a loop of crashes.
constexpr TimeUs kSettledUs = 300 * kSecondUs;

bool is_build_step(StepKind kind) noexcept {
  return kind == StepKind::fetch_base || kind == StepKind::root_disk ||
         kind == StepKind::config_drive || kind == StepKind::network || kind == StepKind::start ||
         kind == StepKind::trim_disks;
}

/// A fault of the request itself, which only another request mends.
bool is_permanent(StepKind kind, ErrorKind error) noexcept {
  return is_build_step(kind) && (error == ErrorKind::invalid || error == ErrorKind::not_found ||
                                 error == ErrorKind::too_large);
}

const char* shown_step(StepKind kind, const Progress& p) noexcept {
  if (kind != StepKind::wait) return shown_name(kind);
  if (p.asked_first_us != 0) return shown_name(StepKind::ask_shutdown);
  return p.end_counted ? shown_name(StepKind::start) : "";
}

}  // namespace

void clear_failures(Progress& p) {
  p.failed_step = StepKind::none;
  p.attempts = 0;
  p.next_try_us = 0;
  p.last_error.clear();
  p.permanent = false;
}

// The first end is mended at once. Ends that follow soon after the start are a loop and slow it
// down.
void Reconciler::Impl::count_unexpected_end(Work& work, const model::DesiredInstance& desired,
                                            Seen& seen) {
  Progress& p = work.progress;
  if (!ended_unexpectedly(desired, seen)) {
    p.end_counted = false;
    return;
  }
  const bool never_started = p.failed_step == StepKind::start && p.attempts > 0;
  if (!p.end_counted && !never_started) {
    const TimeUs now = deps.clock.now_us();
    const bool soon = p.started_us != 0 && now - p.started_us < kSettledUs;
    p.ends = soon ? p.ends + 1 : 1;
    p.not_before_us = p.ends == 1 ? 0 : now + backoff.pause_us(p.ends - 1);
    p.end_counted = true;
    p.failed_step = StepKind::start;
    p.attempts = p.ends;
    p.next_try_us = p.not_before_us;
    p.last_error = "The instance ended unexpectedly.";
    log::warning("An instance ended unexpectedly",
                 {{"instance", desired.instance.id}, {"times", std::to_string(p.ends)}});
  }
  seen.not_before_us = p.not_before_us;
}

void Reconciler::Impl::succeeded(Work& work, StepKind kind) {
  if (work.progress.attempts > 0 && work.progress.failed_step == kind)
    clear_failures(work.progress);
}

void Reconciler::Impl::failed(Work& work, const model::DesiredInstance& desired, StepKind kind,
                              const Error& error) {
  Progress& p = work.progress;
  p.failed_step = kind;
  ++p.attempts;
  p.last_error = error.what();
  p.permanent = is_permanent(kind, error.kind());
  const TimeUs now = deps.clock.now_us();
  p.next_try_us = p.permanent ? 0 : now + backoff.pause_us(p.attempts);
  if (kind == StepKind::start || kind == StepKind::root_disk) {
    // Something that was made before may have gone.
    p.root_disk_ready = p.config_drive_ready = p.network_ready = false;
    p.disks_trimmed = false;
    fetcher.forget(base_of(desired));
  }
  log::warning("A step failed", {{"instance", desired.instance.id},
                                 {"step", shown_name(kind)},
                                 {"attempts", std::to_string(p.attempts)},
                                 {"kind", name_of(error.kind())},
                                 {"error", error.what()}});
  if (!p.permanent) queue->wake_at(desired.instance.id, p.next_try_us);
  publish(work, desired, nullptr, kind);
}

// Without `seen` what was seen last stays.
void Reconciler::Impl::publish(Work& work, const model::DesiredInstance& desired, const Seen* seen,
                               StepKind kind) {
  const Progress& p = work.progress;
  {
    const std::scoped_lock lock(mutex);
    model::ObservedInstance next = work.observed;
    next.generation = desired.instance.generation;
    if (seen != nullptr) show_domain(next, desired, *seen, kind);
    next.step = shown_step(kind, p);
    next.last_error = p.last_error;
    next.permanent = p.permanent;
    next.attempts = p.attempts;
    next.next_try_us = p.next_try_us;
    if (next == work.observed) return;
    work.observed = std::move(next);
  }
  report();
}

}  // namespace virga::agent
