// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/reconciler.h"

#include <gtest/gtest.h>

#include "tests/unit/compute-agent/agent_fixture.h"

namespace virga::agent {
namespace {

using model::PowerState;
using model::PowerVerb;
using model::PowerWish;

TEST(Reconciler, BuildsAnInstanceAndReportsIt) {
  Host host;
  host.add(1);
  host.at(1).instance.config_drive = true;
  host.send();
  const auto seen = host.seen(1);
  EXPECT_EQ(seen.power, PowerState::running);
  EXPECT_EQ(seen.generation, 1);
  EXPECT_EQ(seen.run_epoch, 1);
  EXPECT_EQ(seen.step, "");
  EXPECT_EQ(seen.last_error, "");
  EXPECT_EQ(host.reconciler->snapshot().revision, 1);
  EXPECT_TRUE(host.has_files(1));
  EXPECT_TRUE(host.network.has_ports_of(host.id(1)));
  EXPECT_TRUE(host.network.has_metadata_of(host.id(1)));
  const auto spec = host.hypervisor.spec_of(host.id(1));
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->name, "instance-00000001");
  EXPECT_NE(spec->config_drive, "");
  ASSERT_EQ(spec->nics.size(), 1U);
  EXPECT_EQ(spec->nics[0].tap, network::tap_name(host.at(1).ports[0].id));
}

TEST(Reconciler, FetchesAnImageOnceForAllInstances) {
  Host host;
  for (int n = 1; n <= 8; ++n) host.add(n);
  host.send();
  EXPECT_EQ(host.fetches, 1);
  for (int n = 1; n <= 8; ++n) EXPECT_EQ(host.seen(n).power, PowerState::running);
}

TEST(Reconciler, ChangesNothingBeforeTheFirstDesiredState) {
  Host host;
  host.add(1);
  host.send();
  const auto applied = host.network.applied();
  host.restart();
  host.hypervisor.crash(host.id(1));
  host.reconciler->nudge("");
  host.pass_time(60 * kSecondUs);
  EXPECT_EQ(host.network.applied(), applied);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 1);
  EXPECT_EQ(host.reconciler->snapshot().revision, 0);
  EXPECT_TRUE(host.reconciler->snapshot().instances.empty());
  host.send();
  EXPECT_EQ(host.seen(1).power, PowerState::running);
}

TEST(Reconciler, StartsOnceWhateverIsSentAgain) {
  Host host;
  host.add(1);
  for (int i = 0; i < 5; ++i) host.send();
  host.pass_time(60 * kSecondUs);
  host.restart();
  host.send();
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 1);
}

TEST(Reconciler, StopsByAskingTheGuest) {
  Host host;
  host.add(1);
  host.send();
  host.wish(1, PowerWish::stopped, PowerVerb::stop);
  host.send();
  EXPECT_EQ(host.seen(1).power, PowerState::shutoff);
  EXPECT_EQ(host.seen(1).generation, 2);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_stopped), 0);
}

TEST(Reconciler, EndsADeafGuestAfterItsGrace) {
  Host host;
  host.add(1);
  host.send();
  host.hypervisor.set_shutdown_delay(std::nullopt);
  host.wish(1, PowerWish::stopped, PowerVerb::stop);
  host.send();
  EXPECT_EQ(host.seen(1).step, "shutdown");
  host.pass_time(59 * kSecondUs);
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::request_shutdown), 6);
  host.pass_time(2 * kSecondUs);
  EXPECT_EQ(host.seen(1).power, PowerState::shutoff);
  EXPECT_EQ(host.seen(1).step, "");
}

TEST(Reconciler, NeverBuildsAnInstanceThatIsToBeStopped) {
  Host host;
  host.add(1);
  host.at(1).instance.wish = PowerWish::stopped;
  host.send();
  EXPECT_EQ(host.seen(1).power, PowerState::absent);
  EXPECT_FALSE(host.has_files(1));
}

TEST(Reconciler, RebootsSoftlyWithTheNextEpoch) {
  Host host;
  host.add(1);
  host.send();
  host.hypervisor.set_shutdown_delay(3 * kSecondUs);
  host.wish(1, PowerWish::running, PowerVerb::reboot_soft);
  host.send();
  EXPECT_EQ(host.seen(1).run_epoch, 1);
  host.pass_time(4 * kSecondUs);
  EXPECT_EQ(host.seen(1).run_epoch, 2);
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_stopped), 0);
}

TEST(Reconciler, RebootsHardAtOnce) {
  Host host;
  host.add(1);
  host.send();
  host.hypervisor.set_shutdown_delay(std::nullopt);
  host.wish(1, PowerWish::running, PowerVerb::reboot_hard);
  host.send();
  EXPECT_EQ(host.seen(1).run_epoch, 2);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::request_shutdown), 0);
}

TEST(Reconciler, ReportsAGuestThatPoweredItselfOffAndLeavesIt) {
  Host host;
  host.add(1);
  host.send();
  host.hypervisor.power_off_by_guest(host.id(1));
  host.pass_time(60 * kSecondUs);
  EXPECT_EQ(host.seen(1).power, PowerState::shutoff);
  EXPECT_TRUE(host.seen(1).stopped_by_guest);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 1);
}

TEST(Reconciler, StartsAgainWhatEndedUnexpectedly) {
  Host host;
  host.add(1);
  host.send();
  host.hypervisor.crash(host.id(1));
  (void)host.reconciler->run_due();
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_EQ(host.seen(1).last_error, "");
  host.pass_time(1000 * kSecondUs);
  host.hypervisor.lose_power();
  (void)host.reconciler->run_due();
  EXPECT_EQ(host.seen(1).power, PowerState::running);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 3);
}

TEST(Reconciler, RemovesEverythingAndOnlyThenReportsAbsent) {
  Host host;
  host.add(1);
  host.add(2);
  host.send();
  host.wish(1, PowerWish::absent, PowerVerb::stop);
  host.hypervisor.fail_next(FakeVerb::ensure_absent, ErrorKind::unknown);
  host.network.fail_next(ErrorKind::unavailable, 3);
  host.send();
  EXPECT_NE(host.seen(1).power, PowerState::absent);
  host.pass_time(30 * kSecondUs);
  EXPECT_EQ(host.seen(1).power, PowerState::absent);
  EXPECT_EQ(host.seen(1).generation, 2);
  EXPECT_FALSE(host.has_anything(1));
  EXPECT_EQ(host.seen(2).power, PowerState::running);
  EXPECT_TRUE(host.has_anything(2));
}

TEST(Reconciler, ReportsAbsenceOfAnInstanceThatNeverWas) {
  Host host;
  host.add(1);
  host.at(1).instance.wish = PowerWish::absent;
  host.send();
  EXPECT_EQ(host.seen(1).power, PowerState::absent);
  EXPECT_FALSE(host.has_anything(1));
}

TEST(Reconciler, LeavesAnOlderWishAside) {
  Host host;
  host.add(1);
  host.send();
  const model::DesiredHost old = host.desired;
  host.wish(1, PowerWish::absent, PowerVerb::stop);
  host.send();
  host.reconciler->set_desired(old);
  (void)host.reconciler->run_due();
  EXPECT_EQ(host.seen(1).power, PowerState::absent);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 1);
}

TEST(Reconciler, LeavesInstancesAloneThatNobodyMentions) {
  Host host;
  host.add(1);
  host.send();
  host.desired.instances.clear();
  host.send();
  host.pass_time(60 * kSecondUs);
  EXPECT_TRUE(host.hypervisor.spec_of(host.id(1)));
  EXPECT_TRUE(host.has_files(1));
  EXPECT_TRUE(host.reconciler->snapshot().instances.empty());
}

TEST(Reconciler, ReportsWhatItHasAndNobodyMentions) {
  Host host;
  EXPECT_FALSE(host.reconciler->snapshot().strays) << "it has not looked yet";
  host.add(1);
  host.send();
  host.pass_time(60 * kSecondUs);
  EXPECT_EQ(host.reconciler->snapshot().strays, std::vector<std::string>{});
  host.desired.instances.clear();
  host.send();
  host.pass_time(60 * kSecondUs);
  EXPECT_EQ(host.reconciler->snapshot().strays, std::vector<std::string>{host.id(1)});
}

TEST(Reconciler, RenewsMetadataWhenItsSourceChanges) {
  Host host;
  host.add(1);
  host.send();
  host.restart();
  host.network.apply({});  // the documents are lost
  host.send();
  EXPECT_TRUE(host.network.has_metadata_of(host.id(1)));
}

TEST(Reconciler, TellsOfChangesOnceUntilTheyAreRead) {
  Host host;
  int told = 0;
  host.reconciler->on_report([&] { ++told; });
  host.add(1);
  host.send();
  EXPECT_EQ(told, 1);
  (void)host.reconciler->snapshot();
  host.pass_time(30 * kSecondUs);
  EXPECT_EQ(told, 1);
  host.hypervisor.power_off_by_guest(host.id(1));
  (void)host.reconciler->run_due();
  EXPECT_EQ(told, 2);
}

TEST(Reconciler, FindsALostEventWithinTheResyncTime) {
  Host host;
  host.add(1);
  host.send();
  host.hypervisor.on_change(nullptr);
  host.hypervisor.crash(host.id(1));
  (void)host.reconciler->run_due();
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 1);
  host.pass_time(11 * kSecondUs);
  EXPECT_EQ(host.hypervisor.calls(FakeVerb::ensure_running), 2);
}

}  // namespace
}  // namespace virga::agent
