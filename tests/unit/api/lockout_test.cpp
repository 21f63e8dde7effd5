// SPDX-License-Identifier: Apache-2.0
#include "api/identity/lockout.h"

#include <gtest/gtest.h>

namespace virga::identity {
namespace {

constexpr TimeUs kStart = 1'000 * kSecondUs;
const LockoutLimits kLimits{3, 60 * kSecondUs, 120 * kSecondUs, 5, 10 * kSecondUs, 8};

TEST(LockoutTest, AnAccountIsLockedForThePeerThatFailed) {
  Lockout lockout(kLimits);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(lockout.is_locked("ann", "10.0.0.1", kStart));
    lockout.failed("ann", "10.0.0.1", kStart);
  }
  EXPECT_TRUE(lockout.is_locked("ann", "10.0.0.1", kStart));
  EXPECT_FALSE(lockout.is_locked("ann", "10.0.0.2", kStart)) << "the owner is elsewhere";
  EXPECT_FALSE(lockout.is_locked("bob", "10.0.0.1", kStart));
  EXPECT_TRUE(lockout.is_locked("ann", "10.0.0.1", kStart + 120 * kSecondUs));
  EXPECT_FALSE(lockout.is_locked("ann", "10.0.0.1", kStart + 121 * kSecondUs));
}

TEST(LockoutTest, FailuresLongAgoAndThoseBeforeASuccessDoNotCount) {
  Lockout lockout(kLimits);
  lockout.failed("ann", "p", kStart);
  lockout.failed("ann", "p", kStart);
  lockout.failed("ann", "p", kStart + 61 * kSecondUs);
  EXPECT_FALSE(lockout.is_locked("ann", "p", kStart + 61 * kSecondUs));
  lockout.failed("ann", "p", kStart + 62 * kSecondUs);
  lockout.succeeded("ann", "p");
  lockout.failed("ann", "p", kStart + 63 * kSecondUs);
  EXPECT_FALSE(lockout.is_locked("ann", "p", kStart + 63 * kSecondUs));
}

TEST(LockoutTest, APeerThatFailsOnManyAccountsWaits) {
  Lockout lockout(kLimits);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(lockout.wait_s("10.0.0.1", kStart), 0);
    lockout.failed("account" + std::to_string(i), "10.0.0.1", kStart);
  }
  EXPECT_EQ(lockout.wait_s("10.0.0.1", kStart), 11);
  EXPECT_EQ(lockout.wait_s("10.0.0.1", kStart + 9 * kSecondUs), 2);
  EXPECT_EQ(lockout.wait_s("10.0.0.1", kStart + 11 * kSecondUs), 0);
  EXPECT_EQ(lockout.wait_s("10.0.0.2", kStart), 0);
}

TEST(LockoutTest, AddressesOfOneIpv6NetworkAreOnePeer) {
  Lockout lockout(kLimits);
  for (int i = 0; i < 3; ++i) lockout.failed("ann", "2001:db8:1:2::" + std::to_string(i), kStart);
  EXPECT_TRUE(lockout.is_locked("ann", "2001:db8:1:2:ffff::9", kStart));
  EXPECT_FALSE(lockout.is_locked("ann", "2001:db8:1:3::1", kStart));
}

TEST(LockoutTest, WhatIsRememberedIsBoundedAndTheYoungStay) {
  Lockout lockout(kLimits);
  for (int i = 0; i < 3; ++i) lockout.failed("old", "p", kStart);
  for (int i = 0; i < 1000; ++i) lockout.failed("a" + std::to_string(i), "q", kStart);
  EXPECT_FALSE(lockout.is_locked("old", "p", kStart));
  for (int i = 0; i < 3; ++i) lockout.failed("new", "p", kStart);
  EXPECT_TRUE(lockout.is_locked("new", "p", kStart));
}

}  // namespace
}  // namespace virga::identity
