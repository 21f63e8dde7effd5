// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/plan.h"

#include <gtest/gtest.h>

#include <vector>

namespace virga::agent {
namespace {

using model::PowerState;
using model::PowerVerb;
using model::PowerWish;

constexpr TimeUs kNow = 1'000'000 * kSecondUs;
constexpr std::int64_t kEpoch = 5;

const std::vector<PowerVerb> kVerbs = {PowerVerb::create, PowerVerb::start, PowerVerb::stop,
                                       PowerVerb::reboot_soft, PowerVerb::reboot_hard};
const std::vector<PowerState> kActive = {PowerState::running, PowerState::paused,
                                         PowerState::unknown};
const std::vector<PowerState> kInactive = {PowerState::shutoff, PowerState::crashed};

model::DesiredInstance wish(PowerWish power, PowerVerb verb = PowerVerb::create) {
  model::DesiredInstance desired;
  desired.instance.id = "i";
  desired.instance.wish = power;
  desired.instance.verb = verb;
  desired.instance.run_epoch = kEpoch;
  return desired;
}

Seen with_domain(PowerState power, std::int64_t epoch = kEpoch, bool by_guest = false) {
  Seen seen;
  seen.domain =
      DomainFacts{.id = "i", .run_epoch = epoch, .power = power, .stopped_by_guest = by_guest};
  seen.metadata_ready = true;
  seen.disks_trimmed = true;
  return seen;
}

Step next(const model::DesiredInstance& desired, const Seen& seen, TimeUs now = kNow) {
  return plan_step(desired, seen, PlanSettings{}, now);
}

StepKind kind(const model::DesiredInstance& desired, const Seen& seen, TimeUs now = kNow) {
  return next(desired, seen, now).kind;
}

TEST(PlanRunning, BuildsInOrder) {
  auto desired = wish(PowerWish::running);
  desired.instance.config_drive = true;
  Seen seen;
  EXPECT_EQ(kind(desired, seen), StepKind::fetch_base);
  seen.base_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::root_disk);
  seen.root_disk_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::config_drive);
  seen.config_drive_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::trim_disks);
  seen.disks_trimmed = true;
  EXPECT_EQ(kind(desired, seen), StepKind::network);
  seen.network_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::start);
}

TEST(PlanRunning, MakesNoConfigDriveThatNobodyWants) {
  Seen seen;
  seen.base_ready = seen.root_disk_ready = seen.disks_trimmed = true;
  EXPECT_EQ(kind(wish(PowerWish::running), seen), StepKind::network);
}

TEST(PlanRunning, IsDoneInTheWantedRunWhateverTheVerb) {
  for (const auto verb : kVerbs) {
    EXPECT_EQ(kind(wish(PowerWish::running, verb), with_domain(PowerState::running)),
              StepKind::none);
    EXPECT_EQ(kind(wish(PowerWish::running, verb), with_domain(PowerState::paused)),
              StepKind::none);
  }
}

TEST(PlanRunning, NeverEndsAGuestOfANewerRun) {
  for (const auto verb : kVerbs)
    EXPECT_EQ(kind(wish(PowerWish::running, verb), with_domain(PowerState::running, kEpoch + 1)),
              StepKind::none);
}

TEST(PlanRunning, LooksAgainWhenTheStateIsNotKnown) {
  EXPECT_EQ(next(wish(PowerWish::running), with_domain(PowerState::unknown)),
            (Step{StepKind::wait, kNow + kSecondUs}));
}

TEST(PlanRunning, RenewsMetadataOfARunningGuest) {
  for (const auto power : kActive) {
    Seen seen = with_domain(power);
    seen.metadata_ready = false;
    EXPECT_EQ(kind(wish(PowerWish::running), seen), StepKind::metadata);
  }
}

TEST(PlanRunning, EndsAnOlderRunAtOnceUnlessTheRebootIsSoft) {
  for (const auto verb : kVerbs)
    for (const auto power : kActive) {
      const bool asks = verb == PowerVerb::reboot_soft && power != PowerState::paused;
      EXPECT_EQ(kind(wish(PowerWish::running, verb), with_domain(power, kEpoch - 1)),
                asks ? StepKind::ask_shutdown : StepKind::stop)
          << model::name_of(verb) << " " << model::name_of(power);
    }
}

TEST(PlanRunning, StartsTheNextRunOnceTheOlderEnded) {
  for (const auto verb : kVerbs)
    for (const auto power : kInactive)
      for (const bool by_guest : {false, true}) {
        Seen seen = with_domain(power, kEpoch - 1, by_guest);
        seen.base_ready = true;
        EXPECT_EQ(kind(wish(PowerWish::running, verb), seen), StepKind::network);
        seen.network_ready = true;
        EXPECT_EQ(kind(wish(PowerWish::running, verb), seen), StepKind::start);
      }
}

TEST(PlanRunning, LeavesAGuestOffThatPoweredItselfOff) {
  for (const auto verb : kVerbs)
    EXPECT_EQ(kind(wish(PowerWish::running, verb), with_domain(PowerState::shutoff, kEpoch, true)),
              StepKind::none);
}

TEST(PlanRunning, StartsAGuestAgainThatEndedUnexpectedly) {
  for (const auto power : kInactive) {
    Seen seen = with_domain(power);
    EXPECT_TRUE(ended_unexpectedly(wish(PowerWish::running), seen));
    EXPECT_EQ(kind(wish(PowerWish::running), seen), StepKind::fetch_base);
    seen.base_ready = seen.network_ready = true;
    EXPECT_EQ(kind(wish(PowerWish::running), seen), StepKind::start);
    seen.not_before_us = kNow + 7;
    EXPECT_EQ(next(wish(PowerWish::running), seen), (Step{StepKind::wait, kNow + 7}));
    EXPECT_EQ(kind(wish(PowerWish::running), seen, kNow + 7), StepKind::start);
  }
}

TEST(PlanRunning, NeverReplacesTheDisksOfADefinedInstance) {
  auto desired = wish(PowerWish::running);
  desired.instance.config_drive = true;
  Seen seen = with_domain(PowerState::shutoff);
  seen.base_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::network);
}

TEST(PlanRunning, KnowsWhatIsNoUnexpectedEnd) {
  EXPECT_FALSE(ended_unexpectedly(wish(PowerWish::running), Seen{}));
  EXPECT_FALSE(ended_unexpectedly(wish(PowerWish::running), with_domain(PowerState::running)));
  EXPECT_FALSE(
      ended_unexpectedly(wish(PowerWish::running), with_domain(PowerState::shutoff, kEpoch, true)));
  EXPECT_FALSE(
      ended_unexpectedly(wish(PowerWish::running), with_domain(PowerState::shutoff, kEpoch - 1)));
  EXPECT_FALSE(ended_unexpectedly(wish(PowerWish::stopped), with_domain(PowerState::shutoff)));
  EXPECT_FALSE(ended_unexpectedly(wish(PowerWish::absent), with_domain(PowerState::shutoff)));
}

TEST(PlanStopped, HasNothingToDoWhenOffOrNeverBuilt) {
  for (const auto verb : kVerbs) {
    EXPECT_EQ(kind(wish(PowerWish::stopped, verb), Seen{}), StepKind::none);
    for (const auto power : kInactive)
      for (const bool by_guest : {false, true})
        for (const auto epoch : {kEpoch - 1, kEpoch})
          EXPECT_EQ(kind(wish(PowerWish::stopped, verb), with_domain(power, epoch, by_guest)),
                    StepKind::none);
  }
}

TEST(PlanStopped, AsksTheGuestAndEndsAPausedOne) {
  for (const auto verb : kVerbs)
    for (const auto epoch : {kEpoch - 1, kEpoch}) {
      const auto desired = wish(PowerWish::stopped, verb);
      EXPECT_EQ(kind(desired, with_domain(PowerState::running, epoch)), StepKind::ask_shutdown);
      EXPECT_EQ(kind(desired, with_domain(PowerState::unknown, epoch)), StepKind::ask_shutdown);
      EXPECT_EQ(kind(desired, with_domain(PowerState::paused, epoch)), StepKind::stop);
    }
}

TEST(PlanStopped, AsksAgainAndEndsTheGuestAfterItsGrace) {
  const auto desired = wish(PowerWish::stopped, PowerVerb::stop);
  Seen seen = with_domain(PowerState::running);
  seen.asked_first_us = seen.asked_last_us = kNow;
  EXPECT_EQ(next(desired, seen, kNow), (Step{StepKind::wait, kNow + 10 * kSecondUs}));
  EXPECT_EQ(kind(desired, seen, kNow + 10 * kSecondUs), StepKind::ask_shutdown);
  seen.asked_last_us = kNow + 55 * kSecondUs;
  EXPECT_EQ(next(desired, seen, kNow + 56 * kSecondUs),
            (Step{StepKind::wait, kNow + 60 * kSecondUs}));
  EXPECT_EQ(kind(desired, seen, kNow + 60 * kSecondUs), StepKind::stop);
}

TEST(PlanStopped, AsksAfreshWhenTheClockWasSetBack) {
  Seen seen = with_domain(PowerState::running);
  seen.asked_first_us = seen.asked_last_us = kNow;
  EXPECT_EQ(kind(wish(PowerWish::stopped), seen, kNow - 3600 * kSecondUs), StepKind::ask_shutdown);
}

TEST(PlanPaused, StopsAndRestartsTheProcessors) {
  const auto paused = wish(PowerWish::paused, PowerVerb::pause);
  EXPECT_EQ(kind(paused, with_domain(PowerState::running)), StepKind::pause);
  EXPECT_EQ(kind(paused, with_domain(PowerState::paused)), StepKind::none);
  const auto running = wish(PowerWish::running, PowerVerb::unpause);
  Seen seen = with_domain(PowerState::paused);
  EXPECT_EQ(kind(running, seen), StepKind::none) << "QEMU paused it by itself";
  seen.domain->paused_by_us = true;
  EXPECT_EQ(kind(running, seen), StepKind::unpause);
}

TEST(PlanPaused, ABrokenGuestIsStartedFirst) {
  Seen seen = with_domain(PowerState::crashed);
  seen.base_ready = seen.network_ready = true;
  EXPECT_EQ(kind(wish(PowerWish::paused, PowerVerb::pause), seen), StepKind::start);
  EXPECT_EQ(kind(wish(PowerWish::suspended, PowerVerb::suspend), seen), StepKind::start);
}

TEST(PlanSuspended, SavesTheMemoryAndGoesOnFromThere) {
  const auto suspended = wish(PowerWish::suspended, PowerVerb::suspend);
  EXPECT_EQ(kind(suspended, with_domain(PowerState::running)), StepKind::suspend);
  EXPECT_EQ(kind(suspended, with_domain(PowerState::paused)), StepKind::suspend);
  EXPECT_EQ(kind(suspended, with_domain(PowerState::suspended)), StepKind::none);
  Seen seen = with_domain(PowerState::suspended);
  const auto resumed = wish(PowerWish::running, PowerVerb::resume);
  EXPECT_FALSE(ended_unexpectedly(resumed, seen));
  EXPECT_EQ(kind(resumed, seen), StepKind::network);
  seen.network_ready = true;
  EXPECT_EQ(kind(resumed, seen), StepKind::resume);
}

TEST(PlanSuspended, ANewRunOrAStopForgetsTheMemory) {
  const Seen seen = with_domain(PowerState::suspended, kEpoch - 1);
  EXPECT_EQ(kind(wish(PowerWish::running, PowerVerb::reboot_hard), seen), StepKind::stop);
  EXPECT_EQ(kind(wish(PowerWish::stopped, PowerVerb::stop), seen), StepKind::stop);
}

TEST(PlanDisks, AnotherRootDiskIsMadeBeforeTheNextRun) {
  auto desired = wish(PowerWish::running, PowerVerb::rebuild);
  desired.instance.disks.replace(false, false);
  EXPECT_EQ(kind(desired, with_domain(PowerState::running, kEpoch - 1)), StepKind::stop);
  Seen seen = with_domain(PowerState::shutoff, kEpoch - 1);
  seen.disks_trimmed = false;
  seen.base_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::root_disk);
  seen.root_disk_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::trim_disks);
  seen.disks_trimmed = seen.network_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::start);
}

TEST(PlanDisks, AStoppedInstanceGetsItWithoutARun) {
  auto desired = wish(PowerWish::stopped, PowerVerb::rebuild);
  desired.instance.disks.replace(false, false);
  Seen seen = with_domain(PowerState::shutoff, kEpoch - 1);
  seen.base_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::root_disk);
  seen.root_disk_ready = true;
  EXPECT_EQ(kind(desired, seen), StepKind::none);
}

TEST(PlanDisks, OnesThatNobodyNeedsGoWhileTheGuestRuns) {
  Seen seen = with_domain(PowerState::running);
  seen.disks_trimmed = false;
  EXPECT_EQ(kind(wish(PowerWish::running), seen), StepKind::trim_disks);
}

TEST(PlanDisks, AResizeAndARescueLetTheGuestPutItselfInOrder) {
  for (const auto verb : {PowerVerb::resize, PowerVerb::rescue})
    EXPECT_EQ(kind(wish(PowerWish::running, verb), with_domain(PowerState::running, kEpoch - 1)),
              StepKind::ask_shutdown);
}

TEST(PlanAbsent, RemovesInOrderAndReportsOnlyThen) {
  for (const auto verb : kVerbs) {
    const auto desired = wish(PowerWish::absent, verb);
    for (const auto power : {PowerState::running, PowerState::paused, PowerState::unknown,
                             PowerState::shutoff, PowerState::crashed})
      for (const auto epoch : {kEpoch - 1, kEpoch})
        EXPECT_EQ(kind(desired, with_domain(power, epoch)), StepKind::undefine);
    Seen seen;
    EXPECT_EQ(kind(desired, seen), StepKind::remove_files);
    seen.files = false;
    EXPECT_EQ(kind(desired, seen), StepKind::release_network);
    seen.ports = false;
    EXPECT_EQ(kind(desired, seen), StepKind::report_absent);
    seen.files = true;
    EXPECT_EQ(kind(desired, seen), StepKind::remove_files);
  }
}

TEST(PlanNames, AreTheWordsThatTheControlPlaneKnows) {
  EXPECT_STREQ(shown_name(StepKind::fetch_base), "image");
  EXPECT_STREQ(shown_name(StepKind::root_disk), "disk");
  EXPECT_STREQ(shown_name(StepKind::config_drive), "config_drive");
  EXPECT_STREQ(shown_name(StepKind::network), "network");
  EXPECT_STREQ(shown_name(StepKind::start), "start");
  EXPECT_STREQ(shown_name(StepKind::ask_shutdown), "shutdown");
  EXPECT_STREQ(shown_name(StepKind::stop), "stop");
  EXPECT_STREQ(shown_name(StepKind::release_network), "cleanup");
  EXPECT_STREQ(shown_name(StepKind::none), "");
}

}  // namespace
}  // namespace virga::agent
