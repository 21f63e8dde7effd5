// SPDX-License-Identifier: Apache-2.0
#include "network/plan/ipv4.h"

#include <gtest/gtest.h>

using namespace virga::network;

TEST(Ipv4, ReadsAndWritesDottedQuads) {
  EXPECT_EQ(parse_ipv4("0.0.0.0"), 0U);
  EXPECT_EQ(parse_ipv4("172.31.0.5"), 0xac1f0005U);
  EXPECT_EQ(parse_ipv4("255.255.255.255"), 0xffffffffU);
  EXPECT_EQ(format_ipv4(0xac1f0005U), "172.31.0.5");
  EXPECT_EQ(format_ipv4(0), "0.0.0.0");
}

TEST(Ipv4, RefusesEverythingElse) {
  for (const std::string text :
       {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n",
        "0x1.2.3.4", "1..2.3", "::1", "1.2.3.-4", "1.2.3.4/24", "1234.1.1.1"})
    EXPECT_FALSE(parse_ipv4(text)) << text;
  EXPECT_FALSE(parse_ipv4(std::string_view("1.2.3.4\0", 8)));
}

TEST(Cidr, ClearsTheBitsBelowThePrefix) {
  const auto cidr = parse_cidr("172.31.0.77/24");
  ASSERT_TRUE(cidr);
  EXPECT_EQ(format_cidr(*cidr), "172.31.0.0/24");
  EXPECT_EQ(format_ipv4(cidr->mask()), "255.255.255.0");
  EXPECT_EQ(format_ipv4(cidr->first()), "172.31.0.0");
  EXPECT_EQ(format_ipv4(cidr->last()), "172.31.0.255");
}

TEST(Cidr, RefusesEverythingElse) {
  for (const auto* text : {"", "1.2.3.4", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/08",
                           "1.2.3.4/024", "1.2.3.4/24 ", "/24", "1.2.3.4/24/24", "1.2.3/24", "a/8"})
    EXPECT_FALSE(parse_cidr(text)) << text;
}

TEST(Cidr, KnowsTheWholeRangeAndASingleAddress) {
  EXPECT_EQ(parse_cidr("9.9.9.9/0")->mask(), 0U);
  EXPECT_TRUE(parse_cidr("0.0.0.0/0")->contains(0xffffffffU));
  EXPECT_EQ(parse_cidr("9.9.9.9/32")->first(), parse_cidr("9.9.9.9/32")->last());
}

TEST(Cidr, TellsHostAddressesFromNetworkAndBroadcast) {
  const Cidr cidr = *parse_cidr("10.0.0.0/30");
  EXPECT_FALSE(cidr.is_host(*parse_ipv4("10.0.0.0")));
  EXPECT_TRUE(cidr.is_host(*parse_ipv4("10.0.0.1")));
  EXPECT_FALSE(cidr.is_host(*parse_ipv4("10.0.0.3")));
  EXPECT_FALSE(cidr.is_host(*parse_ipv4("10.0.0.5")));
  EXPECT_TRUE(parse_cidr("10.0.0.0/31")->is_host(*parse_ipv4("10.0.0.0")));
}

TEST(Cidr, FindsOverlaps) {
  EXPECT_TRUE(parse_cidr("10.0.0.0/8")->overlaps(*parse_cidr("10.1.0.0/16")));
  EXPECT_TRUE(parse_cidr("10.1.0.0/16")->overlaps(*parse_cidr("10.0.0.0/8")));
  EXPECT_FALSE(parse_cidr("10.0.0.0/24")->overlaps(*parse_cidr("10.0.1.0/24")));
}
