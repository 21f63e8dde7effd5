// SPDX-License-Identifier: Apache-2.0
#include "network/plan/address_allocation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

using namespace virga::network;
using virga::model::AllocationPool;

namespace {

std::string text(const std::vector<AllocationPool>& pools) {
  std::string out;
  for (const auto& pool : pools) out += pool.start + "-" + pool.end + " ";
  return out;
}

std::string defaults(const char* cidr, const char* gateway) {
  return text(default_pools(*parse_cidr(cidr), parse_ipv4(gateway)));
}

}  // namespace

TEST(AddressAllocation, GivesTheLowestFreeAddress) {
  const std::vector<AllocationPool> pools = {{"10.0.0.10", "10.0.0.12"}, {"10.0.0.2", "10.0.0.3"}};
  std::set<Ipv4> used;
  std::string order;
  while (const auto next = next_address(pools, used)) {
    order += *next + " ";
    used.insert(*parse_ipv4(*next));
  }
  EXPECT_EQ(order, "10.0.0.2 10.0.0.3 10.0.0.10 10.0.0.11 10.0.0.12 ");
}

TEST(AddressAllocation, ReusesAFreedAddress) {
  const std::vector<AllocationPool> pools = {{"10.0.0.2", "10.0.0.9"}};
  EXPECT_EQ(next_address(pools, {0x0a000002, 0x0a000004}), "10.0.0.3");
}

TEST(AddressAllocation, ReachesTheLastAddressOfAll) {
  EXPECT_EQ(next_address({{"255.255.255.254", "255.255.255.255"}}, {0xfffffffeU}),
            "255.255.255.255");
  EXPECT_FALSE(next_address({{"255.255.255.254", "255.255.255.255"}}, {0xfffffffeU, 0xffffffffU}));
}

TEST(AddressAllocation, HasNothingInBrokenPools) {
  EXPECT_FALSE(next_address({{"10.0.0.9", "10.0.0.2"}, {"x", "10.0.0.2"}, {"10.0.0.2", ""}}, {}));
  EXPECT_FALSE(next_address({}, {}));
}

TEST(AddressAllocation, NeverRepeatsAndNeverLeavesThePools) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](unsigned n) { return static_cast<Ipv4>(random() % n); };
  for (int round = 0; round < 200; ++round) {
    std::vector<AllocationPool> pools;
    std::set<Ipv4> allowed;
    for (Ipv4 i = below(4) + 1; i > 0; --i) {
      const Ipv4 first = 0x0a000000 + below(200);
      const Ipv4 last = first + below(40);
      pools.push_back({format_ipv4(first), format_ipv4(last)});
      for (Ipv4 a = first; a <= last; ++a) allowed.insert(a);
    }
    std::set<Ipv4> used;
    for (int step = 0; step < 300; ++step) {
      if (!used.empty() && below(3) == 0) {
        used.erase(std::next(used.begin(), below(static_cast<unsigned>(used.size()))));
        continue;
      }
      const auto next = next_address(pools, used);
      ASSERT_EQ(next.has_value(), used != allowed);
      if (!next) continue;
      ASSERT_TRUE(allowed.contains(*parse_ipv4(*next)));
      ASSERT_TRUE(used.insert(*parse_ipv4(*next)).second);
    }
  }
}

TEST(DefaultPools, AreAllHostAddressesButTheGateway) {
  EXPECT_EQ(defaults("10.0.0.0/24", "10.0.0.1"), "10.0.0.2-10.0.0.254 ");
  EXPECT_EQ(defaults("10.0.0.0/24", "10.0.0.254"), "10.0.0.1-10.0.0.253 ");
  EXPECT_EQ(defaults("10.0.0.0/24", "10.0.0.9"), "10.0.0.1-10.0.0.8 10.0.0.10-10.0.0.254 ");
  EXPECT_EQ(defaults("10.0.0.0/24", "none"), "10.0.0.1-10.0.0.254 ");
  EXPECT_EQ(defaults("10.0.0.0/24", "10.9.9.9"), "10.0.0.1-10.0.0.254 ");
}

TEST(DefaultPools, KnowSmallSubnets) {
  EXPECT_EQ(defaults("10.0.0.0/30", "10.0.0.1"), "10.0.0.2-10.0.0.2 ");
  EXPECT_EQ(defaults("10.0.0.0/31", "none"), "");
  EXPECT_EQ(defaults("10.0.0.7/32", "none"), "10.0.0.7-10.0.0.7 ");
}

TEST(DefaultGateway, IsTheFirstHostAddress) {
  EXPECT_EQ(format_ipv4(*default_gateway(*parse_cidr("172.31.0.0/24"))), "172.31.0.1");
  EXPECT_FALSE(default_gateway(*parse_cidr("172.31.0.0/32")));
}
