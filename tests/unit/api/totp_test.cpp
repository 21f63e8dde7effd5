// SPDX-License-Identifier: Apache-2.0
#include "api/identity/totp.h"

#include <gtest/gtest.h>

namespace virga::identity {
namespace {

TEST(TotpTest, PasscodesAreThoseOfTheRfc) {
  const std::string secret = "12345678901234567890";  // RFC 6238, appendix B, the last six digits
  const std::pair<TimeUs, const char*> rows[] = {{59, "287082"},         {1111111109, "081804"},
                                                 {1111111111, "050471"}, {1234567890, "005924"},
                                                 {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [seconds, code] : rows)
    EXPECT_EQ(totp_passcode(secret, totp_period(seconds * kSecondUs)), code) << seconds;
}

TEST(TotpTest, Base32IsReadWithAndWithoutPadding) {
  EXPECT_EQ(from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "12345678901234567890");
  EXPECT_EQ(from_base32("MZXW6YTB"), "fooba");
  EXPECT_EQ(from_base32("mzxw6==="), "foo");
  EXPECT_EQ(from_base32("MZXW6"), "foo");
  EXPECT_EQ(from_base32(""), "");
  EXPECT_EQ(from_base32("M1"), std::nullopt);
  EXPECT_EQ(from_base32("MZXW 6"), std::nullopt);
}

}  // namespace
}  // namespace virga::identity
