// SPDX-License-Identifier: Apache-2.0
// The life of a host network: made, found again, repaired, removed. Needs root.
#include "network/host/host_network.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>

#include "common/error.h"
#include "tests/lab/network_fixture.h"

using namespace virga;
using namespace virga::lab;

TEST_F(HostNetworkLab, ASecondApplyAndARestartChangeNothing) {
  host_->apply(plan_with(2));
  const std::string before = dump();
  EXPECT_NE(before.find("tapabc00001-bb"), std::string::npos);
  EXPECT_NE(before.find("169.254.169.254/32"), std::string::npos);
  EXPECT_NE(before.find("plan_"), std::string::npos);
  host_->apply(plan_with(2));
  EXPECT_EQ(dump(), before);
  restart();
  host_->apply(plan_with(2));
  EXPECT_EQ(dump(), before);
}

TEST_F(HostNetworkLab, RepairsWhatWasTakenAway) {
  const HostPlan plan = plan_with(2);
  host_->apply(plan);
  const auto lines = [&] {
    const std::string text = dump();
    return std::count(text.begin(), text.end(), '\n');
  };
  const auto complete = lines();
  const auto kill_helper = [&](const std::string& name) {
    const int pid = pid_of(name);
    EXPECT_EQ(::kill(pid, SIGKILL), 0);
    const std::string process = "/proc/" + std::to_string(pid) + "/exe";
    EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(process); }));
  };
  Netlink netlink;
  const std::vector<std::function<void()>> mishaps = {
      [&] { netlink.remove(netlink.link(plan.ports[0].tap).index); },
      [&] { netlink.change(netlink.link(plan.ports[0].tap).index, {.master = 0, .up = false}); },
      [&] { nft("delete table bridge virga"); },
      [&] { nft("flush chain bridge virga from_guest"); },
      [&] { kill_helper("dhcp"); },
      [&] { kill_helper("metadata"); },
      [&] { netlink.remove(netlink.link(veth_name(kNetwork)).index); },
      [&] { remove_namespace(kNetns); },
      [&] { std::filesystem::remove_all(folder_ + "/state"); },
      [&] { remove_file(folder_ + "/run/" + kNetwork + ".dhcp.pid"); },
  };
  for (std::size_t i = 0; i < mishaps.size(); ++i) {
    SCOPED_TRACE("mishap " + std::to_string(i));
    mishaps[i]();
    host_->apply(plan);
    EXPECT_EQ(lines(), complete) << dump();
    const Card card(plan.ports[0].tap);
    EXPECT_EQ(lease(card, mac(0)), address(0));
  }
}

TEST_F(HostNetworkLab, RemovesWhatThePlanDoesNotHaveAndLeavesTheRest) {
  const Card foreign("tap-foreign");
  host_->apply(plan_with(2));
  const int dhcp_pid = pid_of("dhcp");
  host_->apply({});
  Netlink netlink;
  const Links links = netlink.links();
  EXPECT_TRUE(links.contains("tap-foreign"));
  EXPECT_TRUE(links.contains("br-lab"));
  EXPECT_EQ(links.size(), 3U) << dump();  // and lo
  EXPECT_TRUE(std::filesystem::is_empty("/run/netns"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/state"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/run"));
  EXPECT_FALSE(std::filesystem::exists("/proc/" + std::to_string(dhcp_pid) + "/exe"));
  host_->remove_all();
  EXPECT_FALSE(netlink.links().contains("br-lab"));
  EXPECT_EQ(nft("list ruleset"), "");
}

TEST_F(HostNetworkLab, ADisabledPortIsCutOffAndComesBack) {
  HostPlan plan = plan_with(1);
  host_->apply(plan);
  plan.ports[0].enabled = false;
  host_->apply(plan);
  Netlink netlink;
  EXPECT_FALSE(netlink.link(port(0).tap).up);
  EXPECT_EQ(netlink.link(port(0).tap).master, 0);
  host_->apply(plan_with(1));
  EXPECT_EQ(lease(Card(port(0).tap), mac(0)), address(0));
}

TEST_F(HostNetworkLab, OneBadPortDoesNotHoldUpTheOthers) {
  const Card foreign(port(0).tap);  // somebody else has a device of this name
  HostPlan plan = plan_with(3);
  plan.ports[1].mac = "not a mac";
  EXPECT_THROW(host_->apply(plan), Error);
  EXPECT_EQ(lease(Card(port(2).tap), mac(2)), address(2));
  Netlink netlink;
  EXPECT_EQ(netlink.link(port(0).tap).alias, "");
}

// Not a benchmark: the bounds are wide, the measured figures are printed.
TEST_F(HostNetworkLab, ApplyIsQuick) {
  using Clock = std::chrono::steady_clock;
  const auto ms = [&](const HostPlan& plan) {
    const auto start = Clock::now();
    host_->apply(plan);
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  };
  const double first = ms(plan_with(1));
  const double second = ms(plan_with(2));
  const double bulk = ms(plan_with(100));
  const double one_more = ms(plan_with(101));
  double unchanged = 1e9;
  for (int i = 0; i < 20; ++i) unchanged = std::min(unchanged, ms(plan_with(101)));
  const double one_less = ms(plan_with(100));
  const double many_less = ms(plan_with(2));
  std::printf(
      "first port and network %.1f ms, second port %.1f, 98 more %.1f, 101st %.1f,\n"
      "no change with 101 ports %.2f, one port less %.1f, 98 less %.1f\n",
      first, second, bulk, one_more, unchanged, one_less, many_less);
  EXPECT_LT(one_more, 300);
  EXPECT_LT(unchanged, 50);
}
