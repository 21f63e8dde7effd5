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
         domain.power != PowerState::absent;
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

/// A definition proves that the disks were complete once. A root disk that is missing later must
/// not be replaced by an empty one: the guest's data may be on a file system that is not mounted
/// yet.
Step build(const model::DesiredInstance& desired, const Seen& seen) {
  if (!seen.base_ready) return {StepKind::fetch_base, 0};
  if (!seen.domain) {
    if (!seen.root_disk_ready) return {StepKind::root_disk, 0};
    if (desired.instance.config_drive && !seen.config_drive_ready)
      return {StepKind::config_drive, 0};
  }
  if (!seen.network_ready) return {StepKind::network, 0};
  return {StepKind::start, 0};
}

Step plan_running(const model::DesiredInstance& desired, const Seen& seen,
                  const PlanSettings& settings, TimeUs now) {
  if (!seen.domain) return build(desired, seen);
  const DomainFacts& domain = *seen.domain;
  const bool this_run = domain.run_epoch >= desired.instance.run_epoch;
  if (is_active(domain)) {
    if (!this_run) {
      const bool soft = desired.instance.verb == model::PowerVerb::reboot_soft;
      return soft ? end_softly(seen, settings, now) : Step{StepKind::stop, 0};
    }
    if (!seen.metadata_ready) return {StepKind::metadata, 0};
    if (domain.power == PowerState::unknown) return {StepKind::wait, now + kLookAgain};
    return {StepKind::none, 0};
  }
  if (this_run && domain.stopped_by_guest) return {StepKind::none, 0};
  if (this_run && now < seen.not_before_us) return {StepKind::wait, seen.not_before_us};
  return build(desired, seen);
}

Step plan_stopped(const Seen& seen, const PlanSettings& settings, TimeUs now) {
  if (!seen.domain || !is_active(*seen.domain)) return {StepKind::none, 0};
  return end_softly(seen, settings, now);
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
      return plan_stopped(seen, settings, now_us);
    case model::PowerWish::absent:
      return plan_absent(seen);
  }
  return {};
}

bool ended_unexpectedly(const model::DesiredInstance& desired, const Seen& seen) noexcept {
  return desired.instance.wish == model::PowerWish::running && seen.domain &&
         !is_active(*seen.domain) && !seen.domain->stopped_by_guest &&
         seen.domain->run_epoch >= desired.instance.run_epoch;
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
    case StepKind::report_absent:
      break;
  }
  return "";
}

}  // namespace virga::agent
