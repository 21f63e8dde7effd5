// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <thread>

#include "common/subprocess.h"
#include "tests/unit/storage/store_fixture.h"

namespace virga::storage {
namespace {

namespace json = boost::json;

json::value image_info(const std::string& path) {
  return json::parse(
      run_checked({.argv = {"/usr/bin/qemu-img", "info", "-f", "qcow2", "--output=json", path}}));
}

TEST_F(DirectoryStoreTest, MakesAnOverlayWithARecordedFormat) {
  store_->ensure_base(base_, delivers(bytes_));
  store_->ensure_root_disk(id_, {1, 0, base_, 20 * kMiB});
  const std::string disk = store_->files_of(id_).root_disk;
  const json::value info = image_info(disk);
  EXPECT_EQ(info.at("virtual-size").as_int64(), 20 * kMiB);
  EXPECT_EQ(info.at("backing-filename").as_string(), cached(base_));
  EXPECT_EQ(info.at("backing-filename-format").as_string(), "raw");
  EXPECT_EQ(facts_of(disk).st_mode & 07777U, 0600U);
  EXPECT_EQ(facts_of(disk).st_uid, qemu_uid());
}

TEST_F(DirectoryStoreTest, AQcow2BaseCanBeReadThroughTheOverlay) {
  const std::string made = top_ + "/made.qcow2";
  (void)run_checked({.argv = {"/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", made, "4M"}});
  const std::string bytes = read_file(made).value();
  BaseImage base = base_of(bytes, "qcow2");
  base.virtual_size = 4 * kMiB;
  store_->ensure_base(base, delivers(bytes));
  store_->ensure_root_disk(id_, {1, 0, base, 0});
  const std::string disk = store_->files_of(id_).root_disk;
  EXPECT_EQ(image_info(disk).at("virtual-size").as_int64(), 4 * kMiB);
  EXPECT_NO_THROW(run_checked(
      {.argv = {"/usr/bin/qemu-img", "compare", "-f", "qcow2", "-F", "qcow2", disk, made}}));
}

TEST_F(DirectoryStoreTest, ARootDiskIsNeverSmallerThanItsBaseAndKeptAsItIs) {
  store_->ensure_base(base_, delivers(bytes_));
  store_->ensure_root_disk(id_, {1, 0, base_, 512});
  const std::string disk = store_->files_of(id_).root_disk;
  EXPECT_EQ(image_info(disk).at("virtual-size").as_int64(), 3072);  // 3000 in whole sectors
  store_->ensure_root_disk(id_, {1, 0, base_, kMiB});
  EXPECT_EQ(image_info(disk).at("virtual-size").as_int64(), 3072);
}

TEST_F(DirectoryStoreTest, RefusesARootDiskWithoutItsBase) {
  EXPECT_EQ(kind_of([&] {
              store_->ensure_root_disk(id_, {1, 0, base_, 0});
            }),
            ErrorKind::unavailable);
  EXPECT_TRUE(store_->list().empty());
  BaseImage unknown = base_;
  unknown.virtual_size = 0;
  EXPECT_EQ(kind_of([&] {
              store_->ensure_root_disk(id_, {1, 0, unknown, 0});
            }),
            ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { store_->ensure_root_disk(id_, {1, 0, base_, -1}); }), ErrorKind::invalid);
}

TEST_F(DirectoryStoreTest, InstanceIdsCannotBecomeOtherPaths) {
  for (const std::string id :
       {"", "..", "../../../../../../../../etc/passwd/x", "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA",
        "aaaaaaaaaaaa4aaa8aaaaaaaaaaaaaaa"}) {
    EXPECT_EQ(kind_of([&] { (void)store_->files_of(id); }), ErrorKind::invalid) << id;
    EXPECT_EQ(kind_of([&] { store_->ensure_absent(id); }), ErrorKind::invalid) << id;
    EXPECT_EQ(kind_of([&] {
                store_->ensure_root_disk(id, {1, 0, base_, 0});
              }),
              ErrorKind::invalid)
        << id;
    EXPECT_EQ(kind_of([&] { store_->ensure_config_drive(id, {}); }), ErrorKind::invalid) << id;
    EXPECT_EQ(kind_of([&] { (void)store_->read_console(id, 10); }), ErrorKind::invalid) << id;
  }
}

TEST_F(DirectoryStoreTest, ARestartAfterAHalfMadeDiskMakesItWhole) {
  store_->ensure_base(base_, delivers(bytes_));
  fs::create_directories(top_ + "/instances/" + id_ + "/config.part/files/openstack");
  write_file_atomic(top_ + "/instances/" + id_ + "/root.part", "half");
  open();
  store_->ensure_root_disk(id_, {1, 0, base_, kMiB});
  store_->ensure_config_drive(id_, {{"openstack/x", "1"}});
  EXPECT_EQ(image_info(store_->files_of(id_).root_disk).at("virtual-size").as_int64(), kMiB);
  EXPECT_FALSE(fs::exists(top_ + "/instances/" + id_ + "/root.part"));
  EXPECT_FALSE(fs::exists(top_ + "/instances/" + id_ + "/config.part"));
}

TEST_F(DirectoryStoreTest, RemovesAllOfAnInstanceAndNothingOfOthers) {
  const std::string other = new_uuid();
  store_->ensure_base(base_, delivers(bytes_));
  for (const std::string& id : {id_, other}) {
    store_->ensure_root_disk(id, {1, 0, base_, 0});
    store_->ensure_config_drive(id, {{"a", "1"}});
  }
  log("", "x");
  log(".0", "y");
  store_->ensure_absent(id_);
  store_->ensure_absent(id_);
  EXPECT_EQ(store_->list(), std::vector<std::string>{other});
  EXPECT_TRUE(fs::is_empty(top_ + "/console"));
  EXPECT_TRUE(fs::exists(store_->files_of(other).root_disk));
}

TEST_F(DirectoryStoreTest, ListsInstancesWithADirectoryOrALog) {
  const std::string other = new_uuid();
  fs::create_directories(top_ + "/instances/" + other);
  fs::create_directories(top_ + "/instances/lost+found");
  log(".1", "old");
  std::vector<std::string> expected = {id_, other};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(store_->list(), expected);
}

TEST_F(DirectoryStoreTest, KnowsTheSpaceOfItsFileSystem) {
  const DiskStore::Space space = store_->space();
  EXPECT_GT(space.total, 0);
  EXPECT_LE(space.free, space.total);
}

TEST_F(DirectoryStoreTest, WorksForDifferentInstancesAtOnce) {
  store_->ensure_base(base_, delivers(bytes_));
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&] {
      const std::string id = new_uuid();
      store_->ensure_root_disk(id, {1, 0, base_, kMiB});
      store_->ensure_config_drive(id, {{"a", id}});
      EXPECT_TRUE(fs::exists(store_->files_of(id).root_disk));
      if (id[0] < '8') store_->ensure_absent(id);
    });
  for (auto& thread : threads) thread.join();
}

TEST(DirectoryStore, WorksWithoutTheQemuUser) {
  const std::string top = fs::temp_directory_path() / ("virga-disks-" + new_hex_id());
  const auto store = make_directory_store({.directory = top + "/i",
                                           .cache_directory = top + "/c",
                                           .console_directory = top + "/l",
                                           .qemu_user = "nobody-of-this-name",
                                           .reserve_bytes = 0});
  const std::string id = new_uuid();
  store->ensure_base(base_of("x"), delivers("x"));
  store->ensure_root_disk(id, {1, 0, base_of("x"), 0});
  EXPECT_EQ(facts_of(store->files_of(id).root_disk).st_uid, ::geteuid());
  fs::remove_all(top);
}

}  // namespace
}  // namespace virga::storage
