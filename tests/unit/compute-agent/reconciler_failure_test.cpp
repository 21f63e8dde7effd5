// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/compute-agent/agent_fixture.h"

namespace virga::agent {
namespace {

using model::PowerState;
using model::PowerVerb;
using model::PowerWish;

TEST(ReconcilerFailure, TriesAgainWithGrowingPausesAndSaysSo) {
  Host host;
  host.hypervisor.fail_next(FakeVerb::ensure_running, ErrorKind::unavailable, 3);
  host.add(1);
  host.send();
  auto seen = host.seen(1);
  EXPECT_EQ(seen.step, "start");
  EXPECT_EQ(seen.attempts, 1);
  EXPECT_FALSE(seen.permanent);
  EXPECT_NE(seen.last_error, "");
  EXPECT_GT(seen.next_try_us, host.clock.now_us());
  EXPECT_LE(seen.next_try_us, host.clock.now_us() + kSecondUs / 2);
  host.pass_time(kSecondUs / 2);
  EXPECT_EQ(host.seen(1).attempts, 2);
  host.pass_time(5 * kSecondUs);
  seen = host.seen(1);
  EXPECT_EQ(seen.power, PowerState::running);
  EXPECT_EQ(seen.attempts, 0);
  EXPECT_EQ(seen.next_try_us, 0);
  EXPECT_EQ(seen.last_error, "");
}

TEST(ReconcilerFailure, DoesNotRepeatAStartWhoseAnswerWasLost) {
  Host host;
  host.hypervisor.fail_next(FakeVerb::ensure_running, ErrorKind::unknown);
  host.add(1);
  host.send();
  host.pass_time(5 * kSecondUs);
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 1);
}

TEST(ReconcilerFailure, WakingUpDoesNotShortenThePause) {
  Host host;
  host.hypervisor.fail_next(FakeVerb::ensure_running, ErrorKind::unavailable, 100);
  host.add(1);
  host.send();
  for (int i = 0; i < 20; ++i) {
    host.reconciler->nudge(host.id(1));
    (void)host.reconciler->run_due();
  }
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 1);
  host.pass_time(300 * kSecondUs);
  EXPECT_LT(host.hypervisor.calls(FakeVerb::ensure_running), 25);
  EXPECT_GT(host.hypervisor.calls(FakeVerb::ensure_running), 10);
}

TEST(ReconcilerFailure, WrongImageBytesAreAPermanentFaultOfThisGeneration) {
  Host host;
  host.fetch = [](const storage::ByteSink& sink) { sink("other bytes"); };
  host.add(1);
  host.send();
  EXPECT_TRUE(host.seen(1).permanent);
  EXPECT_EQ(host.seen(1).step, "image");
  EXPECT_EQ(host.seen(1).next_try_us, 0);
  host.pass_time(300 * kSecondUs);
  EXPECT_EQ(host.fetches, 1);
  host.fetch = [](const storage::ByteSink& sink) { sink(kImageBytes); };
  host.wish(1, PowerWish::running, PowerVerb::start);
  host.send();
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_FALSE(host.seen(1).permanent);
}

TEST(ReconcilerFailure, APermanentFaultCanBeDeleted) {
  Host host;
  host.fetch = [](const storage::ByteSink& sink) { sink("other bytes"); };
  host.add(1);
  host.send();
  host.wish(1, PowerWish::absent, PowerVerb::stop);
  host.send();
  EXPECT_EQ(host.seen(1).power, PowerState::absent);
}

TEST(ReconcilerFailure, AnInstanceIsDeletedWhileItsImageIsFetched) {
  Host host;
  host.fetch = [&](const storage::ByteSink& sink) {
    host.wish(1, PowerWish::absent, PowerVerb::stop);
    host.reconciler->set_desired(host.desired);
    (void)host.reconciler->run_due();  // another worker, meanwhile
    EXPECT_EQ(host.seen(1).power, PowerState::absent);
    EXPECT_THROW(sink("more"), Error);  // the download is given up
    throw Error(ErrorKind::unavailable, "given up");
  };
  host.add(1);
  host.send();
  EXPECT_EQ(host.fetches, 1);
  EXPECT_FALSE(host.has_anything(1));
}

TEST(ReconcilerFailure, AFailedFetchIsTriedAgain) {
  Host host;
  host.fetch = [&](const storage::ByteSink& sink) {
    if (host.fetches < 3) throw Error(ErrorKind::unavailable, "The image service is away.");
    sink(kImageBytes);
  };
  host.add(1);
  host.add(2);
  host.send();
  EXPECT_EQ(host.seen(1).step, "image");
  EXPECT_EQ(host.seen(1).attempts, 1);
  host.pass_time(10 * kSecondUs);
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_EQ(host.seen(2).power, PowerState::running);
}

TEST(ReconcilerFailure, AGuestThatDiesAgainAndAgainIsSlowedDown) {
  Host host;
  host.add(1);
  host.send();
  const TimeUs end = host.clock.now_us() + 300 * kSecondUs;
  while (host.clock.now_us() < end) {
    host.hypervisor.crash(host.id(1));
    host.pass_time(kSecondUs);
  }
  EXPECT_LT(host.hypervisor.calls(FakeVerb::ensure_running), 30);
  EXPECT_GT(host.hypervisor.calls(FakeVerb::ensure_running), 8);
  host.hypervisor.crash(host.id(1));
  (void)host.reconciler->run_due();
  EXPECT_GT(host.seen(1).attempts, 3);
  EXPECT_EQ(host.seen(1).last_error, "The instance ended unexpectedly.");
  EXPECT_EQ(host.seen(1).step, "start");
  host.pass_time(60 * kSecondUs);
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_EQ(host.seen(1).last_error, "");
}

TEST(ReconcilerFailure, AHypervisorThatIsAwayStopsNothingAndIsShown) {
  Host host;
  host.add(1);
  host.send();
  host.hypervisor.fail_next(FakeVerb::observe, ErrorKind::unavailable, 5);
  host.reconciler->nudge(host.id(1));
  (void)host.reconciler->run_due();
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_NE(host.seen(1).last_error, "");
  host.pass_time(60 * kSecondUs);
  EXPECT_EQ(host.seen(1).last_error, "");
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 1);
}

TEST(ReconcilerFailure, ANetworkThatTheHostLacksHarmsOnlyItsInstances) {
  Host host;
  model::DesiredNetwork foreign = make_network("elsewhere");
  foreign.id = "5d3f0000-0000-4000-8000-000000000002";
  host.desired.networks.push_back(foreign);
  host.add(1);
  host.add(2);
  host.at(2).ports[0].network_id = foreign.id;
  host.send();
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_TRUE(host.seen(2).permanent);
  EXPECT_NE(host.seen(2).last_error.find("elsewhere"), std::string::npos);
  host.wish(2, PowerWish::absent, PowerVerb::stop);
  host.send();
  EXPECT_EQ(host.seen(2).power, PowerState::absent);
}

TEST(ReconcilerFailure, ADeleteDoesNotWaitForThePauseOfAnEarlierFailure) {
  Host host;
  host.hypervisor.fail_next(FakeVerb::ensure_running, ErrorKind::unavailable, 1000);
  host.add(1);
  host.send();
  host.pass_time(100 * kSecondUs);
  host.wish(1, PowerWish::absent, PowerVerb::stop);
  host.send();
  EXPECT_EQ(host.seen(1).power, PowerState::absent);
}

TEST(ReconcilerFailure, AClockThatIsSetBackHoldsNothingUp) {
  Host host;
  host.hypervisor.fail_next(FakeVerb::ensure_running, ErrorKind::unavailable, 2);
  host.add(1);
  host.send();
  host.clock.advance_us(-7200 * kSecondUs);
  host.pass_time(40 * kSecondUs);
  EXPECT_EQ(host.seen(1).power, PowerState::running);
}

}  // namespace
}  // namespace virga::agent
