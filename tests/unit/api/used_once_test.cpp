// SPDX-License-Identifier: Apache-2.0
#include "api/identity/used_once.h"

#include "tests/unit/common/test_support.h"

namespace virga::identity {
namespace {

using test::kind_of;

TEST(UsedOnceTest, KnowsWhatWasUsedUntilItsEnd) {
  UsedOnce used;
  EXPECT_TRUE(used.first_use("a", 100, 0));
  EXPECT_FALSE(used.first_use("a", 100, 0));
  EXPECT_TRUE(used.first_use("b", 50, 0));
  EXPECT_FALSE(used.first_use("a", 200, 99));
  EXPECT_TRUE(used.first_use("a", 200, 100));
}

TEST(UsedOnceTest, RefusesRatherThanForgets) {
  UsedOnce used(2);
  EXPECT_TRUE(used.first_use("a", 100, 0));
  EXPECT_TRUE(used.first_use("b", 100, 0));
  EXPECT_FALSE(used.first_use("a", 100, 0));
  EXPECT_EQ(kind_of([&] { used.first_use("c", 100, 0); }), ErrorKind::unavailable);
  EXPECT_TRUE(used.first_use("c", 200, 100));
}

}  // namespace
}  // namespace virga::identity
