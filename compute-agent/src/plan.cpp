// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/plan.h"

#include <algorithm>

namespace virga::agent {
namespace {

using model::PowerState;

// The hypervisor may be in the middle of something.
constexpr TimeUs kLookAgain = kSecondUs;

bool is_active(const DomainFacts& domain) noexcept {
  return domain.power != PowerState::shutoff && domain.power != PowerState::crashed &&
         domain.power != PowerState::absent && domain.power != PowerState::suspended;
}

bool is_suspended(const Seen& seen) noexcept {
  return seen.domain && seen.domain->power == PowerState::suspended;
}

bool is_this_run(const model::DesiredInstance& desired, const DomainFacts& domain) noexcept {
  return domain.run_epoch >= desired.instance.run_epoch;
}

/// A guest that is to end for this reason may first put itself in order.
bool ends_softly(model::PowerVerb verb) noexcept {
  return verb == model::PowerVerb::reboot_soft || verb == model::PowerVerb::resize ||
         verb == model::PowerVerb::rescue;
}

/// Asks the guest for as long as it has time, then ends it.
Step end_softly(const Seen& seen, const PlanSettings& settings, TimeUs now) {
  // A paused guest cannot answer.
  if (seen.domain->power == PowerState::paused) return {StepKind::stop, 0};
  const bool clock_went_back = now < seen.asked_last_us;
  if (seen.asked_first_us == 0 || clock_went_back) return {StepKind::ask_shutdown, 0};
  const TimeUs ends = seen.asked_first_us + settings.shutdown_grace_us;
  const TimeUs again = seen.asked_last_us + settings.ask_again_us;
  if (now >= ends) return {StepKind::stop, 0};
  if (now >= again) return {StepKind::ask_shutdown, 0};
  return {StepKind::wait, std::min(ends, again)};
}

/// A definition with the wanted root disk proves that the disks were complete once. A root disk
/// that is missing later must not be replaced by an empty one: the guest's data may be on a file
/// system that is not mounted yet.
bool disk_is_proven(const model::DesiredInstance& desired, const Seen& seen) noexcept {
  return seen.domain && seen.domain->disk == desired.instance.disks.number;
}

/// What the disks of a guest that does not run lack.
std::optional<Step> plan_disks(const model::DesiredInstance& desired, const Seen& seen) {
  if (!seen.base_ready) return Step{StepKind::fetch_base, 0};
  if (!disk_is_proven(desired, seen)) {
    if (!seen.root_disk_ready) return Step{StepKind::root_disk, 0};
    if (desired.instance.config_drive && !seen.config_drive_ready)
      return Step{StepKind::config_drive, 0};
  }
  if (!seen.disks_trimmed) return Step{StepKind::trim_disks, 0};
  return std::nullopt;
}

Step build(const model::DesiredInstance& desired, const Seen& seen) {
  if (const auto step = plan_disks(desired, seen)) return *step;
  if (!seen.network_ready) return {StepKind::network, 0};
  return {StepKind::start, 0};
}

/// A guest whose memory is in a file.
Step plan_resume(const model::DesiredInstance& desired, const Seen& seen) {
  if (!is_this_run(desired, *seen.domain)) return {StepKind::stop, 0};  // forgets the file
  if (!seen.network_ready) return {StepKind::network, 0};
  return {StepKind::resume, 0};
}

/// A guest that runs, or is to: as it should be but for being paused.
Step plan_up(const model::DesiredInstance& desired, const Seen& seen, const PlanSettings& settings,
             TimeUs now) {
  if (!seen.domain) return build(desired, seen);
  if (is_suspended(seen)) return plan_resume(desired, seen);
  const DomainFacts& domain = *seen.domain;
  const bool this_run = is_this_run(desired, domain);
  if (is_active(domain)) {
    if (!this_run)
      return ends_softly(desired.instance.verb) ? end_softly(seen, settings, now)
                                                : Step{StepKind::stop, 0};
    if (!seen.metadata_ready) return {StepKind::metadata, 0};
    if (!seen.disks_trimmed) return {StepKind::trim_disks, 0};
    if (domain.power == PowerState::unknown) return {StepKind::wait, now + kLookAgain};
    return {StepKind::none, 0};
  }
  if (this_run && domain.stopped_by_guest) return {StepKind::none, 0};
  if (this_run && now < seen.not_before_us) return {StepKind::wait, seen.not_before_us};
  return build(desired, seen);
}

Step plan_running(const model::DesiredInstance& desired, const Seen& seen,
                  const PlanSettings& settings, TimeUs now) {
  const Step step = plan_up(desired, seen, settings, now);
  // One that QEMU paused, because a disk is full, say, is left alone.
  const bool paused =
      seen.domain && seen.domain->power == PowerState::paused && seen.domain->paused_by_us;
  return step.kind == StepKind::none && paused ? Step{StepKind::unpause, 0} : step;
}

Step plan_paused(const model::DesiredInstance& desired, const Seen& seen,
                 const PlanSettings& settings, TimeUs now) {
  const Step step = plan_up(desired, seen, settings, now);
  const bool runs = seen.domain && seen.domain->power == PowerState::running;
  return step.kind == StepKind::none && runs ? Step{StepKind::pause, 0} : step;
}

Step plan_suspended(const model::DesiredInstance& desired, const Seen& seen,
                    const PlanSettings& settings, TimeUs now) {
  if (is_suspended(seen) && is_this_run(desired, *seen.domain)) return {StepKind::none, 0};
  const Step step = plan_up(desired, seen, settings, now);
  const bool up = seen.domain && is_active(*seen.domain);
  return step.kind == StepKind::none && up ? Step{StepKind::suspend, 0} : step;
}

Step plan_stopped(const model::DesiredInstance& desired, const Seen& seen,
                  const PlanSettings& settings, TimeUs now) {
  if (is_suspended(seen)) return {StepKind::stop, 0};
  if (seen.domain && is_active(*seen.domain)) return end_softly(seen, settings, now);
  if (!seen.domain && desired.instance.disks.number == 1) return {StepKind::none, 0};  // not built
  if (!disk_is_proven(desired, seen))
    if (const auto step = plan_disks(desired, seen)) return *step;
  return {seen.disks_trimmed ? StepKind::none : StepKind::trim_disks, 0};
}

Step plan_absent(const Seen& seen) {
  if (seen.domain) return {StepKind::undefine, 0};
  if (seen.files) return {StepKind::remove_files, 0};
  if (seen.ports) return {StepKind::release_network, 0};
  return {StepKind::report_absent, 0};
}

}  // namespace

Step plan_step(const model::DesiredInstance& desired, const Seen& seen,
               const PlanSettings& settings, TimeUs now_us) {
  switch (desired.instance.wish) {
    case model::PowerWish::running:
      return plan_running(desired, seen, settings, now_us);
    case model::PowerWish::stopped:
      return plan_stopped(desired, seen, settings, now_us);
    case model::PowerWish::paused:
      return plan_paused(desired, seen, settings, now_us);
    case model::PowerWish::suspended:
      return plan_suspended(desired, seen, settings, now_us);
    case model::PowerWish::absent:
      return plan_absent(seen);
  }
  return {};
}

bool ended_unexpectedly(const model::DesiredInstance& desired, const Seen& seen) noexcept {
  const bool to_be_up = desired.instance.wish == model::PowerWish::running ||
                        desired.instance.wish == model::PowerWish::paused;
  return to_be_up && seen.domain && !is_active(*seen.domain) && !is_suspended(seen) &&
         !seen.domain->stopped_by_guest && seen.domain->run_epoch >= desired.instance.run_epoch;
}

const char* shown_name(StepKind kind) noexcept {
  switch (kind) {
    case StepKind::fetch_base:
      return "image";
    case StepKind::root_disk:
      return "disk";
    case StepKind::config_drive:
      return "config_drive";
    case StepKind::network:
      return "network";
    case StepKind::start:
      return "start";
    case StepKind::pause:
    case StepKind::unpause:
      return "pause";
    case StepKind::suspend:
      return "suspend";
    case StepKind::resume:
      return "resume";
    case StepKind::ask_shutdown:
      return "shutdown";
    case StepKind::stop:
      return "stop";
    case StepKind::undefine:
    case StepKind::remove_files:
    case StepKind::release_network:
      return "cleanup";
    case StepKind::none:
    case StepKind::wait:
    case StepKind::metadata:
    case StepKind::trim_disks:
    case StepKind::report_absent:
      break;
  }
  return "";
}

}  // namespace virga::agent
