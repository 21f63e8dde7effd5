// SPDX-License-Identifier: Apache-2.0
// What actions other than start and stop do on a host.
#include <gtest/gtest.h>

#include "tests/unit/compute-agent/agent_fixture.h"

namespace virga::agent {
namespace {

using model::PowerState;
using model::PowerVerb;
using model::PowerWish;

class ReconcilerActions : public testing::Test {
 protected:
  ReconcilerActions() {
    host_.add(1);
    host_.send();
    EXPECT_EQ(seen().power, PowerState::running);
    EXPECT_EQ(seen().disk, 1);
  }
  model::Instance& wanted() { return host_.at(1).instance; }
  const std::string& id() { return wanted().id; }
  model::ObservedInstance seen() { return host_.reconciler->snapshot().instances.at(0); }
  DomainSpec spec() { return host_.hypervisor.spec_of(id()).value(); }
  void send(PowerWish wish, PowerVerb verb, bool new_run) {
    ++wanted().generation;
    wanted().wish = wish;
    wanted().verb = verb;
    wanted().run_epoch += new_run ? 1 : 0;
    host_.send();
  }

  Host host_;
};

TEST_F(ReconcilerActions, PauseSuspendAndBack) {
  send(PowerWish::paused, PowerVerb::pause, false);
  EXPECT_EQ(seen().power, PowerState::paused);
  send(PowerWish::running, PowerVerb::unpause, false);
  EXPECT_EQ(seen().power, PowerState::running);
  send(PowerWish::suspended, PowerVerb::suspend, false);
  EXPECT_EQ(seen().power, PowerState::suspended);
  host_.restart();  // another process finds it as it is
  host_.send();
  EXPECT_EQ(seen().power, PowerState::suspended);
  send(PowerWish::running, PowerVerb::resume, false);
  EXPECT_EQ(seen().power, PowerState::running);
  EXPECT_EQ(host_.hypervisor.calls(FakeVerb::ensure_running), 1) << "the same run";
}

TEST_F(ReconcilerActions, AFailedPauseIsTriedAgain) {
  host_.hypervisor.fail_next(FakeVerb::ensure_paused, ErrorKind::unavailable);
  send(PowerWish::paused, PowerVerb::pause, false);
  EXPECT_EQ(seen().power, PowerState::running);
  EXPECT_EQ(seen().attempts, 1);
  EXPECT_EQ(seen().step, "pause");
  host_.clock.advance_us(60 * kSecondUs);
  (void)host_.reconciler->run_due();
  EXPECT_EQ(seen().power, PowerState::paused);
  EXPECT_EQ(seen().attempts, 0);
}

TEST_F(ReconcilerActions, ARescueBootsAnotherDiskAndKeepsTheFirst) {
  model::Instance& i = wanted();
  i.rescue = {"image", i.image_digest, i.image_format, i.image_size, i.image_virtual_size};
  i.disks.replace(false, true);
  host_.hypervisor.set_shutdown_delay(0);
  send(PowerWish::running, PowerVerb::rescue, true);
  EXPECT_EQ(seen().power, PowerState::running);
  EXPECT_EQ(spec().disk, 2);
  EXPECT_EQ(spec().rescued_disk, host_.store->files_of(id(), 1).root_disk);
  i.disks.revert();
  i.rescue = {};
  send(PowerWish::running, PowerVerb::unrescue, true);
  EXPECT_EQ(spec().disk, 1);
  EXPECT_EQ(spec().rescued_disk, "");
  EXPECT_THROW(host_.store->ensure_root_disk(id(), {3, 2, {}, 0}), Error) << "the rescue's is gone";
}

TEST_F(ReconcilerActions, AResizeCopiesTheDiskAndARevertFindsTheOldOne) {
  model::Instance& i = wanted();
  i.disks.replace(true, true);
  i.memory_mib = 128;
  send(PowerWish::running, PowerVerb::resize, true);
  EXPECT_EQ(spec().disk, 2);
  EXPECT_EQ(spec().memory_mib, 128);
  EXPECT_EQ(seen().disk, 2);
  i.disks.revert();
  i.memory_mib = 64;
  send(PowerWish::running, PowerVerb::revert_resize, true);
  EXPECT_EQ(spec().disk, 1);
  EXPECT_EQ(spec().memory_mib, 64);
  EXPECT_THROW(host_.store->ensure_root_disk(id(), {3, 2, {}, 0}), Error) << "the copy is gone";
}

TEST_F(ReconcilerActions, AStoppedInstanceIsRebuiltWithoutARun) {
  send(PowerWish::stopped, PowerVerb::stop, false);
  wanted().disks.replace(false, false);
  send(PowerWish::stopped, PowerVerb::rebuild, true);
  EXPECT_EQ(seen().disk, 2);
  EXPECT_EQ(seen().power, PowerState::shutoff);
  EXPECT_EQ(host_.hypervisor.calls(FakeVerb::ensure_running), 1);
  send(PowerWish::running, PowerVerb::start, true);
  EXPECT_EQ(spec().disk, 2);
}

TEST_F(ReconcilerActions, AKeptDiskThatIsMissingIsNeverReplaced) {
  host_.store->keep_root_disks(id(), {});
  wanted().disks = {1, 1, 0, 2};  // after a revert
  host_.hypervisor.ensure_absent(id());
  send(PowerWish::running, PowerVerb::revert_resize, true);
  EXPECT_NE(seen().power, PowerState::running);
  EXPECT_NE(seen().last_error.find("missing"), std::string::npos) << seen().last_error;
}

}  // namespace
}  // namespace virga::agent
