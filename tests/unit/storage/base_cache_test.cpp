// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <atomic>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tests/unit/storage/store_fixture.h"

namespace virga::storage {
namespace {

void set_age(const std::string& path, std::int64_t seconds) {
  const timespec then{.tv_sec = std::time(nullptr) - seconds, .tv_nsec = 0};
  const timespec times[2] = {then, then};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

TEST_F(DirectoryStoreTest, CachesABaseUnderItsDigestAndFormat) {
  store_->ensure_base(base_, delivers(bytes_));
  EXPECT_EQ(read_file(cached(base_)), bytes_);
  EXPECT_EQ(facts_of(cached(base_)).st_mode & 07777U, 0644U);
  EXPECT_EQ(facts_of(top_ + "/cache").st_mode & 07777U, 0755U);
  EXPECT_EQ(facts_of(top_ + "/instances").st_mode & 07777U, 0711U);
  store_->ensure_base(base_, [](const BaseImage&, const ByteSink&) { FAIL() << "fetched again"; });
}

TEST_F(DirectoryStoreTest, RefusesOtherBytesThanPromisedAndKeepsNone) {
  for (const std::string& wrong :
       {std::string(3000, 'x'), std::string(2999, 'b'), std::string(3001, 'b'), std::string()})
    EXPECT_EQ(kind_of([&] { store_->ensure_base(base_, delivers(wrong)); }), ErrorKind::invalid);
  EXPECT_TRUE(fs::is_empty(top_ + "/cache"));
  store_->ensure_base(base_, delivers(bytes_));
}

TEST_F(DirectoryStoreTest, RefusesNamesThatAreNoDigestOrFormat) {
  BaseImage odd = base_;
  odd.digest = "../../etc/passwd";
  EXPECT_EQ(kind_of([&] { store_->ensure_base(odd, delivers(bytes_)); }), ErrorKind::invalid);
  odd = base_;
  odd.format = "vmdk";
  EXPECT_EQ(kind_of([&] { store_->ensure_base(odd, delivers(bytes_)); }), ErrorKind::invalid);
  odd = base_;
  odd.size = 0;
  EXPECT_EQ(kind_of([&] { store_->ensure_base(odd, delivers(bytes_)); }), ErrorKind::invalid);
}

TEST_F(DirectoryStoreTest, RefusesAFetchThatWouldUseUpTheReserve) {
  settings_.reserve_bytes = 1LL << 60;
  open();
  EXPECT_EQ(kind_of([&] { store_->ensure_base(base_, delivers(bytes_)); }), ErrorKind::unavailable);
  EXPECT_TRUE(fs::is_empty(top_ + "/cache"));
}

/// Lets a fetch wait until all callers are on their way.
class Gate {
 public:
  explicit Gate(int callers) : missing_(callers) {}
  void arrive() {
    const std::lock_guard lock(mutex_);
    --missing_;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return missing_ == 0; });
  }

 private:
  std::mutex mutex_;  // guards missing_
  std::condition_variable changed_;
  int missing_;
};

TEST_F(DirectoryStoreTest, FetchesAnImageOnceForManyCallers) {
  Gate gate(8);
  std::atomic<int> fetches = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      gate.arrive();
      store_->ensure_base(base_, [&](const BaseImage& image, const ByteSink& sink) {
        ++fetches;
        gate.wait();
        delivers(bytes_)(image, sink);
      });
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(fetches, 1);
  EXPECT_EQ(read_file(cached(base_)), bytes_);
}

TEST_F(DirectoryStoreTest, TellsAllWaitersOfAFailureAndThenTriesAnew) {
  Gate gate(4);
  std::atomic<int> failures = 0;
  const FetchImage fails = [&](const BaseImage&, const ByteSink&) {
    gate.wait();
    throw Error(ErrorKind::unavailable, "The image service does not answer.");
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      gate.arrive();
      if (kind_of([&] { store_->ensure_base(base_, fails); }) == ErrorKind::unavailable) ++failures;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 4);  // one that came after the failure fetched again, and failed too
  EXPECT_TRUE(fs::is_empty(top_ + "/cache"));
  store_->ensure_base(base_, delivers(bytes_));
}

TEST_F(DirectoryStoreTest, PassesOnWhatTheFetchThrew) {
  const FetchImage gone = [](const BaseImage&, const ByteSink& sink) {
    sink("some");
    throw Error(ErrorKind::not_found, "The image is gone.");
  };
  EXPECT_EQ(kind_of([&] { store_->ensure_base(base_, gone); }), ErrorKind::not_found);
  const FetchImage foreign = [](const BaseImage&, const ByteSink&) {
    throw std::runtime_error("?");
  };
  EXPECT_EQ(kind_of([&] { store_->ensure_base(base_, foreign); }), ErrorKind::internal);
  EXPECT_TRUE(fs::is_empty(top_ + "/cache"));
}

TEST_F(DirectoryStoreTest, ANewStoreRemovesHalfFetchedImages) {
  store_->ensure_base(base_, delivers(bytes_));
  write_file_atomic(cached(base_) + ".part", "half");
  open();
  EXPECT_FALSE(fs::exists(cached(base_) + ".part"));
  EXPECT_TRUE(fs::exists(cached(base_)));
}

TEST_F(DirectoryStoreTest, FetchesADamagedBaseAgain) {
  store_->ensure_base(base_, delivers(bytes_));
  write_file_atomic(cached(base_), "cut");
  store_->ensure_base(base_, delivers(bytes_));
  EXPECT_EQ(read_file(cached(base_)), bytes_);
}

TEST_F(DirectoryStoreTest, EvictsOnlyBasesThatNothingUsed) {
  const std::string other_bytes(600, 'o');
  const BaseImage other = base_of(other_bytes);
  store_->ensure_base(base_, delivers(bytes_));
  store_->ensure_base(other, delivers(other_bytes));
  set_age(cached(base_), 100);
  set_age(cached(other), 100);
  store_->evict_bases({}, 1000);  // both are young
  EXPECT_TRUE(fs::exists(cached(other)));
  store_->evict_bases({base_.digest, other.digest}, 0);  // both are named
  EXPECT_TRUE(fs::exists(cached(other)));
  store_->ensure_root_disk(id_, {1, 0, base_, 0});
  store_->evict_bases({}, 50);  // one is old and unused, the other has a disk
  EXPECT_FALSE(fs::exists(cached(other)));
  EXPECT_TRUE(fs::exists(cached(base_)));
  store_->ensure_absent(id_);
  set_age(cached(base_), 100);
  store_->evict_bases({}, 50);
  EXPECT_FALSE(fs::exists(cached(base_)));
}

TEST_F(DirectoryStoreTest, TellsWhatTheCacheHolds) {
  EXPECT_TRUE(store_->list_bases().empty());
  const std::int64_t before = std::time(nullptr) * 1'000'000;
  const BaseImage other = base_of(std::string(600, 'o'), "qcow2");
  store_->ensure_base(base_, delivers(bytes_));
  store_->ensure_base(other, delivers(std::string(600, 'o')));
  store_->ensure_root_disk(id_, {1, 0, base_, 0});
  store_->ensure_root_disk(new_uuid(), {1, 0, base_, 0});
  set_age(cached(base_), 100);
  for (const char* name : {"foreign", "x.part", ".hidden"})
    write_file_atomic(top_ + "/cache/" + name, "not a base");
  auto bases = store_->list_bases();
  ASSERT_EQ(bases.size(), 2U);
  if (bases[0].digest != base_.digest) std::swap(bases[0], bases[1]);
  EXPECT_EQ(bases[0].format, "raw");
  EXPECT_EQ(bases[0].size, 3000);
  EXPECT_EQ(bases[0].disks, 2);
  EXPECT_LT(bases[0].used_us, before);
  EXPECT_GE(bases[0].made_us, before - 1'000'000);
  EXPECT_EQ(bases[1].digest, other.digest);
  EXPECT_EQ(bases[1].format, "qcow2");
  EXPECT_EQ(bases[1].disks, 0);
  EXPECT_GE(bases[1].used_us, before - 1'000'000);
}

TEST_F(DirectoryStoreTest, DropsABaseAtOnceUnlessADiskStandsOnIt) {
  store_->ensure_base(base_, delivers(bytes_));
  store_->ensure_root_disk(id_, {1, 0, base_, 0});
  store_->drop_base(base_);
  EXPECT_TRUE(fs::exists(cached(base_)));
  store_->ensure_absent(id_);
  store_->drop_base(base_);
  store_->drop_base(base_);
  EXPECT_FALSE(fs::exists(cached(base_)));
  BaseImage odd = base_;
  odd.digest = "../../etc/passwd";
  EXPECT_EQ(kind_of([&] { store_->drop_base(odd); }), ErrorKind::invalid);
  store_->ensure_base(base_, delivers(bytes_));
}

TEST_F(DirectoryStoreTest, EnsuringABaseCountsAsUse) {
  store_->ensure_base(base_, delivers(bytes_));
  set_age(cached(base_), 100);
  store_->ensure_base(base_, delivers(bytes_));
  store_->evict_bases({}, 50);
  EXPECT_TRUE(fs::exists(cached(base_)));
}

}  // namespace
}  // namespace virga::storage
