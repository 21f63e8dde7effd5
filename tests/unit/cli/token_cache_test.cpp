// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/token_cache.h"

#include <sys/stat.h>

#include "common/file.h"
#include "common/json.h"
#include "tests/unit/common/test_support.h"

namespace virga::cli {
namespace {

class TokenCacheTest : public testing::Test {
 protected:
  TokenCacheTest() {
    cloud_.auth_type = "password";
    cloud_.auth = {{"auth_url", "http://c"}, {"username", "u"}, {"password", "p"}};
  }
  std::string only_file() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) return entry.path();
    return {};
  }

  const test::TempDir dir_;
  const std::string folder_ = dir_.path("cache/virga");
  const TokenCache cache_{folder_};
  CloudConfig cloud_;
  const TimeUs ends_ = parse_time("2026-11-21T10:00:00.000000Z");
  const Token token_{"secret", {{"expires_at", "2026-11-21T10:00:00.000000Z"}}};
};

TEST_F(TokenCacheTest, TimesAreRead) {
  EXPECT_EQ(format_seconds(ends_), "2026-11-21T10:00:00Z");
  EXPECT_EQ(parse_time("soon"), 0);
}

TEST_F(TokenCacheTest, ATokenIsKeptUntilItsLastMinute) {
  EXPECT_FALSE(cache_.find(cloud_, 0));
  cache_.keep(cloud_, token_);
  EXPECT_EQ(cache_.find(cloud_, ends_ - 61 * kSecondUs)->secret, "secret");
  EXPECT_FALSE(cache_.find(cloud_, ends_ - 59 * kSecondUs));
  cache_.forget(cloud_);
  EXPECT_FALSE(cache_.find(cloud_, 0));
}

TEST_F(TokenCacheTest, AnotherWayToLogInIsAnotherToken) {
  cache_.keep(cloud_, token_);
  for (const char* key : {"auth_url", "username", "password", "project_id"}) {
    CloudConfig other = cloud_;
    other.auth[key] += "x";
    EXPECT_FALSE(cache_.find(other, 0)) << key;
  }
}

TEST_F(TokenCacheTest, NobodyElseReadsOrPlantsTokens) {
  cache_.keep(cloud_, token_);
  struct stat found {};
  ASSERT_EQ(::stat(folder_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
  const std::string file = only_file();
  ASSERT_EQ(::stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  ::chmod(file.c_str(), 0640);
  EXPECT_FALSE(cache_.find(cloud_, 0));
  ::chmod(file.c_str(), 0600);
  EXPECT_TRUE(cache_.find(cloud_, 0));
  std::filesystem::rename(file, dir_.path("moved"));
  std::filesystem::create_symlink(dir_.path("moved"), file);
  EXPECT_FALSE(cache_.find(cloud_, 0));
}

TEST_F(TokenCacheTest, ABrokenFileIsNoToken) {
  cache_.keep(cloud_, token_);
  for (const char* text : {"", "[", "[]", "{}", R"({"secret": 1, "facts": {}})",
                           R"({"secret": "s", "facts": {"expires_at": 5}})"}) {
    write_file_atomic(only_file(), text);
    EXPECT_FALSE(cache_.find(cloud_, 0)) << text;
  }
}

TEST_F(TokenCacheTest, WithoutAHomeNothingIsKept) {
  const TokenCache none("");
  none.keep(cloud_, token_);
  EXPECT_FALSE(none.find(cloud_, 0));
  Surroundings around;
  around.variable = [](const std::string&) { return ""; };
  EXPECT_EQ(cache_folder(around), "");
}

}  // namespace
}  // namespace virga::cli
