// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/storage/store_fixture.h"

namespace virga::storage {
namespace {

TEST_F(DirectoryStoreTest, ReadsTheConsoleAcrossRotatedLogs) {
  EXPECT_EQ(store_->read_console(id_, 100), "");
  log("", "ghi");
  EXPECT_EQ(store_->read_console(id_, 100), "ghi");
  log(".0", "def");
  log(".1", "abc");
  EXPECT_EQ(store_->read_console(id_, 100), "abcdefghi");
  EXPECT_EQ(store_->read_console(id_, 7), "cdefghi");
  EXPECT_EQ(store_->read_console(id_, 3), "ghi");
  EXPECT_EQ(store_->read_console(id_, 2), "hi");
  EXPECT_EQ(store_->read_console(id_, 0), "");
}

TEST_F(DirectoryStoreTest, ReadsTheConsoleJustAfterARotation) {
  log(".0", "def");
  EXPECT_EQ(store_->read_console(id_, 100), "def");
}

TEST_F(DirectoryStoreTest, DoesNotFollowALinkAsAConsole) {
  fs::create_symlink("/etc/passwd", top_ + "/console/" + id_ + ".log");
  EXPECT_THROW((void)store_->read_console(id_, 100), Error);
}

}  // namespace
}  // namespace virga::storage
