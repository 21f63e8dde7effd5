// SPDX-License-Identifier: Apache-2.0
#include "common/clock.h"

#include <gtest/gtest.h>

namespace virga {
namespace {

constexpr TimeUs kMoment = 1'795'253'400 * kSecondUs + 123'456;  // 2026-11-21 09:30:00.123456 UTC

TEST(Clock, WritesEachApisForm) {
  EXPECT_EQ(format_seconds(kMoment), "2026-11-21T09:30:00Z");
  EXPECT_EQ(format_micros(kMoment), "2026-11-21T09:30:00.123456Z");
  EXPECT_EQ(format_naive(kMoment), "2026-11-21T09:30:00.123456");
}

TEST(Clock, KeepsLeadingZerosOfTheFraction) {
  EXPECT_EQ(format_micros(7), "1970-01-01T00:00:00.000007Z");
  EXPECT_EQ(format_naive(kSecondUs), "1970-01-01T00:00:01.000000");
}

TEST(Clock, KnowsLeapDays) {
  EXPECT_EQ(format_seconds(1'709'164'800 * kSecondUs), "2024-02-29T00:00:00Z");
}

TEST(Clock, TheFakeMovesOnlyByHand) {
  FakeClock clock(5);
  EXPECT_EQ(clock.now_us(), 5);
  clock.advance_us(37);
  EXPECT_EQ(clock.now_us(), 42);
}

TEST(Clock, TheSystemsIsInThisCentury) {
  EXPECT_GT(SystemClock().now_us(), 1'700'000'000 * kSecondUs);
  EXPECT_LT(SystemClock().now_us(), 4'102'444'800 * kSecondUs);
}

}  // namespace
}  // namespace virga
