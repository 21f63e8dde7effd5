// SPDX-License-Identifier: Apache-2.0
#include "network/plan/rules.h"

#include <gtest/gtest.h>

using namespace virga::network;

namespace {

HostPlan plan() {
  NetworkPlan network;
  network.id = "n1";
  network.veth = "vh1";
  network.subnets.emplace_back();
  PortPlan port;
  port.id = "p1";
  port.network_id = "n1";
  port.tap = "tap1";
  port.mac = "fa:16:3e:00:00:01";
  port.addresses = {"172.31.0.5", "172.31.0.6"};
  return {.networks = {network}, .ports = {port}};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kGolden = R"(  set stations {
    type ifname . ether_addr
    elements = {
      "tap1" . fa:16:3e:00:00:01,
    }
  }
  set sources {
    type ifname . ether_addr . ipv4_addr
    elements = {
      "tap1" . fa:16:3e:00:00:01 . 172.31.0.5,
      "tap1" . fa:16:3e:00:00:01 . 172.31.0.6,
    }
  }
  set dhcp_guests {
    type ifname
    elements = {
      "tap1",
    }
  }
  set helper_pairs {
    type ifname . ifname
    elements = {
      "tap1" . "vh1",
    }
  }
  chain from_guest_arp {
    iifname . arp saddr ether . arp saddr ip @sources accept
    arp operation request arp saddr ip 0.0.0.0 iifname . arp saddr ether @stations accept
    counter drop
  }
  chain from_guest {
    iifname . ether saddr != @stations counter drop
    ether type != { ip, arp } counter drop
    ether type arp arp htype 1 arp ptype ip arp hlen 6 arp plen 4 arp operation { request, reply } jump from_guest_arp
    ether type arp counter drop
    ether type ip ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept
    ether type ip udp sport 67 counter drop
    ether type ip iifname . ether saddr . ip saddr @sources accept
    counter drop
  }
  chain from_helper {
    ether type arp accept
    ether type ip udp sport 67 udp dport 68 accept
    ether type ip ip saddr 169.254.169.254 tcp sport 80 accept
    counter drop
  }
  chain to_helper {
    iifname . oifname != @helper_pairs counter drop
    ether type arp accept
    ether type ip udp sport 68 udp dport 67 accept
    ether type ip ip daddr 169.254.169.254 tcp dport 80 accept
    counter drop
  }
  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
    meta iifgroup 1986592769 jump from_guest
    meta iifgroup 1986592770 jump from_helper
    meta iifgroup 1986592772 drop
  }
  chain forward {
    type filter hook forward priority -300; policy accept;
    meta oifgroup 1986592770 jump to_helper
    meta iifgroup 1986592770 oifname . iifname != @helper_pairs counter drop
    iifname @dhcp_guests ether type ip udp sport 68 udp dport 67 counter drop
    oifname @dhcp_guests meta iifgroup != 1986592770 ether type ip udp sport 67 udp dport 68 counter drop
  }
  chain input {
    type filter hook input priority -300; policy accept;
    meta iifgroup 1986592769 ether type != { ip, arp } counter drop
  }
}
)";

}  // namespace

TEST(Rules, AreOneTransactionThatReplacesTheTable) {
  const Ruleset rules = plan_rules(plan());
  EXPECT_EQ(
      rules.text,
      "add table bridge virga\ndelete table bridge virga\ntable bridge virga {\n  chain plan_" +
          rules.digest + " {\n  }\n" + kGolden);
  EXPECT_TRUE(rules.refused.empty());
}

TEST(Rules, NameThePlanByADigest) {
  HostPlan other = plan();
  EXPECT_EQ(plan_rules(plan()).digest, plan_rules(other).digest);
  other.ports[0].addresses.pop_back();
  EXPECT_NE(plan_rules(plan()).digest, plan_rules(other).digest);
}

TEST(Rules, LeaveOutAPortWithUnusableValues) {
  for (const auto* mac : {"", "fa:16:3e:00:00", "FA:16:3E:00:00:01", "01:00:5e:00:00:01",
                          "fa:16:3e:00:00:01 }", "00:00:00:00:00:00"}) {
    HostPlan bad = plan();
    bad.ports[0].mac = mac;
    const Ruleset rules = plan_rules(bad);
    EXPECT_EQ(rules.refused, std::vector<std::string>{"p1"}) << mac;
    EXPECT_FALSE(has(rules.text, "tap1"));
  }
  HostPlan bad = plan();
  bad.ports[0].addresses[1] = "172.31.0.6 accept";
  EXPECT_FALSE(has(plan_rules(bad).text, "tap1"));
  bad = plan();
  bad.ports[0].tap = "tap1\" }";
  EXPECT_FALSE(has(plan_rules(bad).text, "tap1"));
}

TEST(Rules, LeaveOutADisabledPort) {
  HostPlan down = plan();
  down.ports[0].enabled = false;
  EXPECT_FALSE(has(plan_rules(down).text, "tap1"));
  EXPECT_TRUE(plan_rules(down).refused.empty());
}

TEST(Rules, LetNobodyReachHelpersOfANetworkWithoutDhcp) {
  HostPlan without = plan();
  without.networks[0].subnets.clear();
  const Ruleset rules = plan_rules(without);
  EXPECT_TRUE(has(rules.text, "\"tap1\" . fa:16:3e:00:00:01"));
  EXPECT_FALSE(has(rules.text, "\"tap1\" . \"vh1\""));
}

TEST(DeviceNames, AreShortAndPlain) {
  EXPECT_TRUE(is_device_name("tap22222222-bb"));
  for (const auto* name : {"", ".", "..", "a/b", "a b", "1234567890123456", "a\"b", "a*"})
    EXPECT_FALSE(is_device_name(name)) << name;
}
