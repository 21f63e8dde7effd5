// SPDX-License-Identifier: Apache-2.0
// Copies of root disks: whole, alone, and of the bytes that a guest sees.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "common/subprocess.h"
#include "storage/snapshot_store.h"
#include "tests/unit/storage/store_fixture.h"

namespace virga::storage {
namespace {

namespace json = boost::json;

std::string bytes_of(ByteSource& source) {
  std::string out(static_cast<std::size_t>(source.size()), '\0');
  EXPECT_EQ(source.read(out.data(), out.size()), out.size());
  return out;
}

class SnapshotStoreTest : public DirectoryStoreTest {
 protected:
  SnapshotStoreTest() {
    store_->ensure_base(base_, delivers(bytes_));
    store_->ensure_root_disk(id_, {1, 0, base_, kMiB});
  }
  /// Changes the disk as a guest would.
  void write_in_guest() {
    (void)run_checked({.argv = {"/usr/bin/qemu-io", "-f", "qcow2", "-c", "write -P 7 64k 4k",
                                store_->files_of(id_).root_disk}});
  }
  void copy() {
    const auto target = snapshots_->begin(file_, 1);
    EXPECT_GE(target.limit.count(), 60);
    snapshots_->copy(file_, 1, [] { return false; });
    snapshots_->finish(file_);
  }

  std::unique_ptr<SnapshotStore> snapshots_ = make_directory_snapshots(settings_);
  const SnapshotFile file_{id_, new_uuid(), false};
};

TEST_F(SnapshotStoreTest, ACopyStandsAloneAndHasWhatTheGuestSees) {
  write_in_guest();
  copy();
  const std::string made = top_ + "/made.qcow2";
  write_file_atomic(made, bytes_of(*snapshots_->open(file_)));
  const json::value info = json::parse(
      run_checked({.argv = {"/usr/bin/qemu-img", "info", "-f", "qcow2", "--output=json", made}}));
  EXPECT_FALSE(info.as_object().contains("backing-filename"));
  EXPECT_EQ(info.at("virtual-size").as_int64(), kMiB);
  EXPECT_NO_THROW(run_checked({.argv = {"/usr/bin/qemu-img", "compare", "-f", "qcow2", "-F",
                                        "qcow2", store_->files_of(id_).root_disk, made}}));
}

TEST_F(SnapshotStoreTest, QemuMayWriteWhatIsBegunAndNobodyWhatIsFinished) {
  const auto target = snapshots_->begin(file_, 1);
  EXPECT_EQ(facts_of(target.path).st_uid, qemu_uid());
  EXPECT_EQ(snapshots_->open(file_), nullptr);
  snapshots_->copy(file_, 1, [] { return false; });
  snapshots_->finish(file_);
  ASSERT_NE(snapshots_->open(file_), nullptr);
  const SnapshotFile whole{id_, file_.image_id, true};
  EXPECT_EQ(snapshots_->list(), std::vector{whole});
  const std::string path = top_ + "/instances/" + id_ + "/snapshot-" + file_.image_id + ".qcow2";
  EXPECT_EQ(facts_of(path).st_uid, ::geteuid());
  EXPECT_EQ(facts_of(path).st_mode & 07777U, 0600U);
}

TEST_F(SnapshotStoreTest, ABeginningReplacesWhatThereWasAndADropRemovesAll) {
  copy();
  (void)snapshots_->begin(file_, 1);
  EXPECT_EQ(snapshots_->open(file_), nullptr);
  EXPECT_EQ(snapshots_->list(), std::vector{file_});
  snapshots_->drop(file_);
  snapshots_->drop(file_);
  EXPECT_TRUE(snapshots_->list().empty());
}

TEST_F(SnapshotStoreTest, ACopyThatIsGivenUpEndsAtOnce) {
  (void)snapshots_->begin(file_, 1);
  EXPECT_EQ(kind_of([&] { snapshots_->copy(file_, 1, [] { return true; }); }),
            ErrorKind::unavailable);
  EXPECT_EQ(snapshots_->open(file_), nullptr);
}

TEST_F(SnapshotStoreTest, RefusesADiskThatIsMissingAndANameThatLeavesTheFolder) {
  EXPECT_EQ(kind_of([&] { (void)snapshots_->begin(file_, 2); }), ErrorKind::unavailable);
  EXPECT_EQ(kind_of([&] { (void)snapshots_->begin({id_, "../x", false}, 1); }), ErrorKind::invalid);
  EXPECT_TRUE(snapshots_->list().empty());
}

TEST_F(SnapshotStoreTest, ThereMustBeRoom) {
  settings_.reserve_bytes = std::int64_t{1} << 60;
  snapshots_ = make_directory_snapshots(settings_);
  EXPECT_EQ(kind_of([&] { (void)snapshots_->begin(file_, 1); }), ErrorKind::unavailable);
  EXPECT_TRUE(snapshots_->list().empty());
}

TEST_F(SnapshotStoreTest, TheFilesOfAnInstanceGoWithIt) {
  copy();
  store_->ensure_absent(id_);
  EXPECT_TRUE(snapshots_->list().empty());
}

TEST_F(SnapshotStoreTest, TheFakeDoesTheSame) {
  const auto disks = make_fake_store();
  const auto fake = make_fake_snapshots(*disks);
  EXPECT_EQ(kind_of([&] { (void)fake->begin(file_, 1); }), ErrorKind::unavailable);
  disks->ensure_base(base_, delivers(bytes_));
  disks->ensure_root_disk(id_, {1, 0, base_, kMiB});
  (void)fake->begin(file_, 1);
  EXPECT_EQ(fake->open(file_), nullptr);
  EXPECT_EQ(fake->list(), std::vector{file_});
  fake->finish(file_);
  EXPECT_EQ(bytes_of(*fake->open(file_)).substr(0, 3), "QFI");
  disks->ensure_absent(id_);
  EXPECT_TRUE(fake->list().empty());
}

}  // namespace
}  // namespace virga::storage
