// SPDX-License-Identifier: Apache-2.0
#include "common/random.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace virga {
namespace {

TEST(Random, GivesTheWantedNumberOfDifferentBytes) {
  EXPECT_EQ(random_bytes(0).size(), 0U);
  EXPECT_EQ(random_bytes(300).size(), 300U);
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

TEST(Random, UuidsHaveVersionFourForm) {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string id = new_uuid();
    EXPECT_TRUE(std::regex_match(id, form)) << id;
    EXPECT_TRUE(is_uuid_like(id));
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 200U);
}

TEST(Random, HexIdsHaveThirtyTwoDigits) {
  EXPECT_TRUE(std::regex_match(new_hex_id(), std::regex("[0-9a-f]{32}")));
  EXPECT_TRUE(is_uuid_like(new_hex_id()));
}

TEST(Random, TellsUuidsFromOtherTexts) {
  EXPECT_TRUE(is_uuid_like("ABCDEF00-1111-2222-3333-444444444444"));
  for (const char* text :
       {"", "abc", "ABCDEF00-1111-2222-3333-44444444444", "ABCDEF00-1111-2222-3333-44444444444g",
        "ABCDEF0011112222333344444444444-", "ABCDEF001111-2222-3333-4444-44444444",
        "../../../../../../../../etc/passwd..", "ABCDEF00-1111-2222-3333-444444444444\n"})
    EXPECT_FALSE(is_uuid_like(text)) << text;
}

TEST(Random, DerivedUuidsDependOnSpaceAndNameOnly) {
  EXPECT_EQ(derived_uuid("service", "compute"), derived_uuid("service", "compute"));
  EXPECT_NE(derived_uuid("service", "compute"), derived_uuid("endpoint", "compute"));
  EXPECT_NE(derived_uuid("service", "compute"), derived_uuid("service", "image"));
  EXPECT_TRUE(is_uuid_like(derived_uuid("a", "b")));
  EXPECT_EQ(derived_uuid("a", "b")[14], '8');
}

TEST(Random, SecretsAreUrlSafe) {
  const std::string secret = random_secret(32);
  EXPECT_TRUE(std::regex_match(secret, std::regex("[A-Za-z0-9_-]{43}")));
  EXPECT_NE(secret, random_secret(32));
}

}  // namespace
}  // namespace virga
