// SPDX-License-Identifier: Apache-2.0
// Images of instances: made whatever comes between, delivered once, and nothing left behind.
#include <gtest/gtest.h>

#include "tests/unit/compute-agent/agent_fixture.h"

namespace virga::agent {
namespace {

using model::PowerState;
using model::PowerVerb;
using model::PowerWish;
using model::SnapshotPhase;

const std::string kImage = "11111111-0000-4000-8000-000000000001";
const std::string kOther = "11111111-0000-4000-8000-000000000002";

class ReconcilerSnapshots : public testing::Test {
 protected:
  ReconcilerSnapshots() {
    host_.add(1);
    host_.send();
  }
  void want(const std::string& image, bool at_rest = false) {
    host_.desired.snapshots.push_back({image, host_.id(1), 1, at_rest});
    host_.send();
  }
  model::ObservedSnapshot seen() { return host_.reconciler->snapshot().snapshots.at(0); }
  bool left() { return !host_.snapshots->list().empty(); }
  std::int64_t copies() { return host_.hypervisor.calls(FakeVerb::copy_root_disk); }

  Host host_;
};

TEST_F(ReconcilerSnapshots, ARunningGuestIsCopiedAndGoesOn) {
  want(kImage);
  EXPECT_EQ(host_.delivered, std::vector{kImage});
  EXPECT_EQ(copies(), 1);
  EXPECT_FALSE(left());
  EXPECT_EQ(host_.seen(1).power, PowerState::running);
  host_.send();  // the control plane has not yet taken it off the list
  host_.pass_time(60 * kSecondUs);
  EXPECT_EQ(host_.delivered.size(), 1U);
}

TEST_F(ReconcilerSnapshots, APausedGuestIsCopiedToo) {
  host_.wish(1, PowerWish::paused, PowerVerb::pause);
  host_.send();
  want(kImage);
  EXPECT_EQ(host_.delivered, std::vector{kImage});
  EXPECT_EQ(copies(), 1);
}

TEST_F(ReconcilerSnapshots, AGuestThatIsOffIsCopiedWithoutTheHypervisor) {
  for (const auto wish : {PowerWish::stopped, PowerWish::suspended}) {
    host_.delivered.clear();
    host_.wish(1, wish, wish == PowerWish::stopped ? PowerVerb::stop : PowerVerb::suspend);
    host_.send();
    host_.pass_time(2 * kSecondUs);
    host_.desired.snapshots.clear();
    want(kImage);
    EXPECT_EQ(host_.delivered, std::vector{kImage});
    host_.desired.snapshots.clear();
    host_.wish(1, PowerWish::running, PowerVerb::start);
    host_.send();
  }
  EXPECT_EQ(copies(), 0);
}

TEST_F(ReconcilerSnapshots, OneThatIsToBeAtRestWaitsForTheGuestsEnd) {
  host_.hypervisor.set_shutdown_delay(20 * kSecondUs);
  host_.wish(1, PowerWish::stopped, PowerVerb::shelve);
  want(kImage, true);
  host_.pass_time(10 * kSecondUs);
  EXPECT_TRUE(host_.delivered.empty());
  EXPECT_EQ(seen().attempts, 0) << "to wait is no failure";
  EXPECT_EQ(host_.hypervisor.calls(FakeVerb::ensure_stopped), 0) << "it has time";
  host_.pass_time(15 * kSecondUs);
  EXPECT_EQ(host_.delivered, std::vector{kImage});
  EXPECT_EQ(copies(), 0);
}

TEST_F(ReconcilerSnapshots, OneAtATimeInTheOrderOfTheirWishes) {
  host_.add(2);
  host_.desired.snapshots = {{kOther, host_.id(2), 1, false}, {kImage, host_.id(1), 1, false}};
  host_.send();
  EXPECT_EQ(host_.delivered, (std::vector{kOther, kImage}));
}

TEST_F(ReconcilerSnapshots, AFailedCopyIsTriedAgainAndCounted) {
  host_.hypervisor.fail_next(FakeVerb::copy_root_disk, ErrorKind::unavailable, 2);
  want(kImage);
  EXPECT_EQ(seen().attempts, 1);
  EXPECT_NE(seen().last_error, "");
  EXPECT_FALSE(seen().permanent);
  host_.pass_time(60 * kSecondUs);
  EXPECT_EQ(host_.delivered, std::vector{kImage});
  EXPECT_EQ(copies(), 3);
  EXPECT_FALSE(left());
}

TEST_F(ReconcilerSnapshots, ACopyWhoseOutcomeIsUnknownIsMadeAnew) {
  host_.hypervisor.fail_next(FakeVerb::copy_root_disk, ErrorKind::unknown);
  want(kImage);
  EXPECT_TRUE(host_.delivered.empty());
  host_.pass_time(10 * kSecondUs);
  EXPECT_EQ(host_.delivered, std::vector{kImage});
}

TEST_F(ReconcilerSnapshots, AFailedDeliveryKeepsTheCopy) {
  int failures = 2;
  host_.send_image = [&] {
    if (failures-- > 0) throw Error(ErrorKind::unavailable, "No line.");
  };
  want(kImage);
  EXPECT_TRUE(left());
  host_.pass_time(60 * kSecondUs);
  EXPECT_EQ(host_.delivered, std::vector{kImage});
  EXPECT_EQ(copies(), 1);
}

TEST_F(ReconcilerSnapshots, BytesThatWereRefusedAreCopiedAnew) {
  int failures = 1;
  host_.send_image = [&] {
    if (failures-- > 0) throw Error(ErrorKind::invalid, "Damaged.");
  };
  want(kImage);
  EXPECT_FALSE(left());
  host_.pass_time(60 * kSecondUs);
  EXPECT_EQ(host_.delivered, std::vector{kImage});
  EXPECT_EQ(copies(), 2);
}

TEST_F(ReconcilerSnapshots, TooManyBytesAreNotSentAgain) {
  host_.send_image = [] { throw Error(ErrorKind::too_large, "No room."); };
  want(kImage);
  EXPECT_TRUE(seen().permanent);
  host_.pass_time(600 * kSecondUs);
  EXPECT_EQ(seen().attempts, 1);
  host_.desired.snapshots.clear();
  host_.send();
  EXPECT_FALSE(left());
}

TEST_F(ReconcilerSnapshots, AnotherProcessDeliversTheCopyOfTheFirst) {
  host_.send_image = [] { throw Error(ErrorKind::unavailable, "No line."); };
  want(kImage);
  host_.restart();
  host_.send_image = [] {};
  host_.send();
  EXPECT_EQ(host_.delivered, std::vector{kImage});
  EXPECT_EQ(copies(), 1);
}

TEST_F(ReconcilerSnapshots, AnotherProcessBeginsAnUnfinishedCopyAnew) {
  (void)host_.snapshots->begin({host_.id(1), kImage, false}, 1);
  host_.restart();
  want(kImage);
  EXPECT_EQ(host_.delivered, std::vector{kImage});
}

TEST_F(ReconcilerSnapshots, WhatNobodyWantsAnyLongerIsGivenUpAndRemoved) {
  host_.hypervisor.set_during_copy([&] {
    host_.desired.snapshots.clear();
    ++host_.desired.revision;
    host_.reconciler->set_desired(host_.desired);
  });
  host_.desired.snapshots.push_back({kImage, host_.id(1), 1, false});
  host_.send();
  // The copy ends before the wish is looked at, and is removed then.
  host_.pass_time(kSecondUs);
  EXPECT_FALSE(left());
  EXPECT_TRUE(host_.reconciler->snapshot().snapshots.empty());
}

TEST_F(ReconcilerSnapshots, LeftoversOfADeadProcessAreRemovedAndTheGuestMayWrite) {
  (void)host_.snapshots->begin({host_.id(1), kImage, false}, 1);
  host_.restart();
  host_.send();
  EXPECT_FALSE(left());
  EXPECT_EQ(host_.hypervisor.calls(FakeVerb::end_copy), 1);
}

TEST_F(ReconcilerSnapshots, ADeletedInstanceLeavesNothing) {
  host_.send_image = [] { throw Error(ErrorKind::unavailable, "No line."); };
  want(kImage);
  host_.wish(1, PowerWish::absent, PowerVerb::stop);
  host_.desired.snapshots.clear();
  host_.send();
  EXPECT_FALSE(host_.has_anything(1));
  EXPECT_FALSE(left());
  host_.pass_time(60 * kSecondUs);
  EXPECT_TRUE(host_.delivered.empty());
}

TEST_F(ReconcilerSnapshots, ItsPhasesAreReported) {
  std::vector<SnapshotPhase> phases;
  (void)host_.reconciler->snapshot();  // what was reported before is read
  host_.reconciler->on_report([&] {
    for (const auto& s : host_.reconciler->snapshot().snapshots) phases.push_back(s.phase);
  });
  want(kImage);
  const auto at = [&](SnapshotPhase p) {
    return std::find(phases.begin(), phases.end(), p) - phases.begin();
  };
  EXPECT_LT(at(SnapshotPhase::copying), at(SnapshotPhase::copied));
  EXPECT_LT(at(SnapshotPhase::copied), at(SnapshotPhase::uploading));
  EXPECT_LT(at(SnapshotPhase::uploading), static_cast<std::ptrdiff_t>(phases.size()));
}

}  // namespace
}  // namespace virga::agent
