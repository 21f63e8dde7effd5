// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/fake/fake_hypervisor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

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

/// What the console says next; waits for all of it.
std::string read_from(const UniqueFd& fd, std::size_t count) {
  std::string bytes(count, '\0');
  const ssize_t n = ::recv(fd.get(), bytes.data(), count, MSG_WAITALL);
  bytes.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return bytes;
}

TEST_F(FakeHypervisorTest, AScreenSpeaksRfb) {
  EXPECT_THROW(hypervisor.open_console("a", model::ConsoleKind::vnc), Error);
  hypervisor.ensure_running(spec());
  const UniqueFd fd = hypervisor.open_console("a", model::ConsoleKind::vnc);
  EXPECT_EQ(read_from(fd, 12), "RFB 003.008\n");
  write_all(fd.get(), "RFB 003.008\n");
  EXPECT_EQ(read_from(fd, 2), "\x01\x01");
  write_all(fd.get(), "\x01");
  EXPECT_EQ(read_from(fd, 4), std::string(4, '\0'));
  write_all(fd.get(), "\x01");
  const std::string init = read_from(fd, 24);
  ASSERT_EQ(init.size(), 24U);
  EXPECT_EQ(read_from(fd, static_cast<std::size_t>(init[23])), "fake a");
  hypervisor.ensure_stopped("a");
  EXPECT_EQ(read_from(fd, 1), "") << "it ends with the guest";
  EXPECT_THROW(hypervisor.open_console("a", model::ConsoleKind::vnc), Error);
}

TEST_F(FakeHypervisorTest, ASerialLineHasOneUser) {
  hypervisor.ensure_running(spec());
  const UniqueFd first = hypervisor.open_console("a", model::ConsoleKind::serial);
  const std::string greeting = "fake serial line of a\r\n";
  EXPECT_EQ(read_from(first, greeting.size()), greeting);
  write_all(first.get(), "hello");
  EXPECT_EQ(read_from(first, 5), "hello");
  const UniqueFd second = hypervisor.open_console("a", model::ConsoleKind::serial);
  EXPECT_EQ(read_from(first, 1), "");
  EXPECT_EQ(read_from(second, greeting.size()), greeting);
  hypervisor.power_off_by_guest("a");
  EXPECT_EQ(read_from(second, 1), "");
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
