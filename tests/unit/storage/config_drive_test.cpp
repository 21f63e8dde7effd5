// SPDX-License-Identifier: Apache-2.0
#include "common/subprocess.h"
#include "tests/unit/storage/store_fixture.h"

namespace virga::storage {
namespace {

std::string from_drive(const std::string& drive, const std::string& path) {
  const std::string to = fs::temp_directory_path() / ("virga-drive-" + new_hex_id());
  (void)run_checked({.argv = {"/usr/bin/xorriso", "-no_rc", "-osirrox", "on", "-indev", drive,
                              "-extract", path, to}});
  std::string content = read_file(to).value_or("?");
  fs::remove(to);
  return content;
}

TEST_F(DirectoryStoreTest, MakesAConfigDriveThatGuestsFind) {
  EXPECT_EQ(store_->files_of(id_).config_drive, "");
  store_->ensure_config_drive(id_, {{"openstack/latest/meta_data.json", "{}"},
                                    {"openstack/latest/user_data", "#!/bin/sh\n"}});
  const std::string drive = store_->files_of(id_).config_drive;
  ASSERT_NE(drive, "");
  const std::string disc = read_file(drive).value();
  EXPECT_EQ(disc.substr(32769, 5), "CD001");
  EXPECT_EQ(disc.substr(32808, 9), "config-2 ");
  EXPECT_EQ(from_drive(drive, "/openstack/latest/meta_data.json"), "{}");
  EXPECT_EQ(from_drive(drive, "/openstack/latest/user_data"), "#!/bin/sh\n");
  EXPECT_EQ(facts_of(drive).st_mode & 07777U, 0640U);
  EXPECT_EQ(facts_of(drive).st_uid, qemu_uid());
}

TEST_F(DirectoryStoreTest, KeepsAConfigDriveWithTheSameFilesAndReplacesAnother) {
  store_->ensure_config_drive(id_, {{"a", "1"}});
  const std::string drive = store_->files_of(id_).config_drive;
  const auto inode = facts_of(drive).st_ino;
  store_->ensure_config_drive(id_, {{"a", "1"}});
  EXPECT_EQ(facts_of(drive).st_ino, inode);
  store_->ensure_config_drive(id_, {{"a", "2"}});
  EXPECT_EQ(from_drive(drive, "/a"), "2");
}

TEST_F(DirectoryStoreTest, RefusesOddPathsOnAConfigDrive) {
  for (const std::string path : {"", "/etc/passwd", "..", "a/../../b", "a//b", "a/", "./a", "-o",
                                 "a/-o", "a\nb", "a b", "a\\b"})
    EXPECT_EQ(kind_of([&] {
                store_->ensure_config_drive(id_, {{path, "x"}});
              }),
              ErrorKind::invalid)
        << path;
  EXPECT_EQ(kind_of([&] {
              store_->ensure_config_drive(id_, {{"a", "x"}, {"a/b", "y"}});
            }),
            ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] {
              store_->ensure_config_drive(id_, {{"a", std::string((16 << 20) + 1, 'x')}});
            }),
            ErrorKind::too_large);
  EXPECT_EQ(kind_of([&] { store_->ensure_config_drive(id_, {}); }), ErrorKind::invalid);
  EXPECT_EQ(store_->files_of(id_).config_drive, "");
}

}  // namespace
}  // namespace virga::storage
