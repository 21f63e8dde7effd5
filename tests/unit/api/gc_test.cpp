// SPDX-License-Identifier: Apache-2.0
#include "api/controllers/gc.h"

#include "common/hash.h"
#include "db/store/domains.h"
#include "db/store/tokens.h"
#include "db/store/users.h"
#include "tests/unit/api/cloud_fixture.h"

namespace virga::controllers {
namespace {

using test::WriteTx;

/// Remembers what is asked of it.
class ListedImages final : public images::ImageStore {
 public:
  std::unique_ptr<images::Upload> begin_upload(const images::UploadLimits&) override {
    return nullptr;
  }
  std::unique_ptr<images::ImageReader> open(const std::string&) const override { return nullptr; }
  bool verify(const std::string&) const override { return true; }
  void remove(const std::string& digest) override { removed.push_back(digest); }
  std::vector<std::string> list(std::int64_t min_age_s) const override {
    youngest = min_age_s;
    return digests;
  }
  std::vector<std::string> digests;
  std::vector<std::string> removed;
  mutable std::int64_t youngest = 0;
};

class GarbageTest : public test::CloudTest {
 protected:
  GarbageTest() { add_host("h1", 1 << 20); }
  void collect() { collect_garbage(db_, images_, clock_.now_us()); }
  ListedImages images_;
};

TEST_F(GarbageTest, ExpiredTokensAndEnrolmentsGo) {
  const TimeUs now = clock_.now_us();
  db_.write([&](WriteTx& tx) {
    store::domains::insert(tx, model::Domain{"d", "d", "", true});
    store::users::insert(tx, model::User{"u", "d", "u", "", true});
    store::tokens::insert(tx, {"old", "", "u", "", 1, now - 48LL * 3600 * kSecondUs - 1});
    store::tokens::insert(tx, {"shown", "", "u", "", 1, now - 1});
    store::hosts::insert(tx, model::Enrolment{"old", "a", now - 1});
    store::hosts::insert(tx, model::Enrolment{"new", "b", now + 1});
  });
  collect();
  EXPECT_EQ(number("SELECT count(*) FROM tokens"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM enrolments"), 1);
}

TEST_F(GarbageTest, DeletedInstancesAreKeptForAWeek) {
  const std::string id = created();
  db_.write([&](WriteTx& tx) { tx.exec("DELETE FROM allocations"); });
  db_.write([&](WriteTx& tx) { store::instances::finish_delete(tx, id, clock_.now_us()); });
  clock_.advance_us(7LL * 24 * 3600 * kSecondUs);
  collect();
  EXPECT_EQ(number("SELECT count(*) FROM instances"), 1);
  clock_.advance_us(1);
  collect();
  EXPECT_EQ(number("SELECT count(*) FROM instances"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM instance_actions"), 0);
}

TEST_F(GarbageTest, ImagesGoWhenNeitherARowNorAnInstanceNeedsThem) {
  const std::string used(64, 'd');
  images_.digests = {used, std::string(64, 'e')};
  collect();
  EXPECT_EQ(images_.removed, (std::vector<std::string>{std::string(64, 'e')}));
  EXPECT_GE(images_.youngest, 60) << "uploads that are not recorded yet are left alone";
}

TEST_F(GarbageTest, AnInstanceKeepsTheBytesOfADeletedImage) {
  const std::string used(64, 'd');
  const std::string id = created();
  db_.write([&](WriteTx& tx) { store::images::erase(tx, image_); });
  images_.digests = {used};
  collect();
  EXPECT_TRUE(images_.removed.empty());
  db_.write([&](WriteTx& tx) { store::instances::finish_delete(tx, id, clock_.now_us()); });
  collect();
  EXPECT_EQ(images_.removed, (std::vector<std::string>{used}));
}

TEST_F(GarbageTest, TheCollectorStopsAtOnce) {
  images::StoreSet stores({{"local", dir_.path("store"), ""}}, dir_.path("staging"));
  const GarbageCollector collector(db_, stores, clock_);
}

}  // namespace
}  // namespace virga::controllers
