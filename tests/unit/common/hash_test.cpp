// SPDX-License-Identifier: Apache-2.0
#include "common/hash.h"

#include <gtest/gtest.h>

#include "common/random.h"

namespace virga {
namespace {

TEST(Hash, KnowsTheStandardVectors) {
  EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Digest sha512(DigestKind::sha512);
  sha512.update("abc");
  EXPECT_EQ(sha512.hex(),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Hash, APiecewiseDigestEqualsTheWhole) {
  const std::string bytes = random_bytes(10'007);
  Digest digest(DigestKind::sha256);
  for (std::size_t at = 0; at < bytes.size(); at += 97)
    digest.update(std::string_view(bytes).substr(at, 97));
  EXPECT_EQ(digest.hex(), sha256_hex(bytes));
}

TEST(Hash, HexKeepsEachByte) {
  EXPECT_EQ(to_hex(std::string("\x00\x0f\xff", 3)), "000fff");
}

TEST(Base64, KnowsTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(plain), encoded);
    EXPECT_EQ(from_base64(encoded), plain);
  }
}

TEST(Base64, EveryLengthComesBack) {
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string bytes = random_bytes(size);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes) << size;
  }
}

TEST(Base64, SkipsWhiteSpaceOnly) {
  EXPECT_EQ(from_base64(" Zm9v\r\nYmFy\n\t"), "foobar");
  EXPECT_EQ(from_base64("Zm9v\vYmFy"), std::nullopt);
}

TEST(Base64, RefusesWhatIsNotStrict) {
  for (const char* broken :
       {"Z", "Zg", "Zg=", "Zm9", "Z===", "====", "=Zm9", "Zm=9", "Zg==Zg==", "Zm9v!mFy", "Zm9vYm-_",
        "Zm9v----", "Zm9vYg--", "Zm-v", "----", "Zm9v\xc3\xa4yy"})
    EXPECT_EQ(from_base64(broken), std::nullopt) << broken;
}

TEST(Base64, RefusesBitsThatNoEncoderSets) {
  EXPECT_EQ(from_base64("Zh=="), std::nullopt);
  EXPECT_EQ(from_base64("Zm9="), std::nullopt);
}

TEST(Base64, TheUrlFormHasItsAlphabetAndNoPadding) {
  EXPECT_EQ(to_base64url(std::string("\xfb\xff\xfe", 3)), "-__-");
  EXPECT_EQ(to_base64url("f"), "Zg");
}

TEST(Hash, ConstantTimeComparisonComparesAll) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_constant_time("secret", "secret1"));
}

}  // namespace
}  // namespace virga
