// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/fake/fake_hypervisor.h"

#include <gtest/gtest.h>

namespace virga::agent {
namespace {

using model::PowerState;

class FakeHypervisorTest : public testing::Test {
 protected:
  static DomainSpec spec(std::int64_t epoch = 1) {
    DomainSpec out;
    out.id = "a";
    out.run_epoch = epoch;
    return out;
  }
  PowerState power() { return hypervisor.observe("a").value().power; }

  FakeClock clock;
  FakeHypervisor hypervisor{clock};
};

TEST_F(FakeHypervisorTest, StartsStopsAndForgets) {
  EXPECT_FALSE(hypervisor.observe("a"));
  hypervisor.ensure_running(spec());
  hypervisor.ensure_running(spec());
  EXPECT_EQ(power(), PowerState::running);
  EXPECT_THROW(hypervisor.ensure_running(spec(2)), Error);
  hypervisor.ensure_stopped("a");
  EXPECT_EQ(power(), PowerState::shutoff);
  EXPECT_FALSE(hypervisor.observe("a")->stopped_by_guest);
  hypervisor.ensure_absent("a");
  hypervisor.ensure_absent("a");
  EXPECT_TRUE(hypervisor.list().empty());
}

TEST_F(FakeHypervisorTest, DelaysByTheClock) {
  hypervisor.set_start_delay(5);
  hypervisor.ensure_running(spec());
  EXPECT_EQ(power(), PowerState::unknown);
  clock.advance_us(5);
  EXPECT_EQ(power(), PowerState::running);
  hypervisor.set_shutdown_delay(7);
  hypervisor.request_shutdown("a");
  EXPECT_EQ(power(), PowerState::running);
  clock.advance_us(7);
  EXPECT_EQ(power(), PowerState::shutoff);
  EXPECT_TRUE(hypervisor.observe("a")->stopped_by_guest);
}

TEST_F(FakeHypervisorTest, FailsBeforeOrAfterTheEffect) {
  hypervisor.fail_next(FakeVerb::ensure_running, ErrorKind::unavailable);
  EXPECT_THROW(hypervisor.ensure_running(spec()), Error);
  EXPECT_NE(hypervisor.observe("a").value_or(DomainFacts{}).power, PowerState::running);
  hypervisor.fail_next(FakeVerb::ensure_running, ErrorKind::unknown);
  EXPECT_THROW(hypervisor.ensure_running(spec()), Error);
  EXPECT_EQ(power(), PowerState::running);
}

TEST_F(FakeHypervisorTest, TellsOfEachChange) {
  std::vector<std::string> told;
  hypervisor.on_change([&](const std::string& id) { told.push_back(id); });
  hypervisor.ensure_running(spec());
  hypervisor.crash("a");
  EXPECT_EQ(power(), PowerState::crashed);
  hypervisor.crash("a");
  hypervisor.lose_power();
  EXPECT_EQ(told, (std::vector<std::string>{"a", "a", ""}));
}

}  // namespace
}  // namespace virga::agent
