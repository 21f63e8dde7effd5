// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "common/error.h"
#include "common/hash.h"
#include "common/random.h"
#include "storage/disk_store.h"

namespace virga::storage {
namespace {

BaseImage base() {
  return {.digest = sha256_hex("base"), .format = "raw", .size = 4, .virtual_size = 512};
}

const FetchImage kGood = [](const BaseImage&, const ByteSink& sink) { sink("base"); };
const FetchImage kSilent = [](const BaseImage&, const ByteSink&) {};
const FetchImage kWrong = [](const BaseImage&, const ByteSink& sink) { sink("evil"); };

TEST(FakeStore, BehavesLikeTheRealOneForAnInstance) {
  const auto store = make_fake_store();
  const std::string id = new_uuid();
  EXPECT_THROW(store->ensure_root_disk(id, {1, 0, base(), 0}), Error);
  EXPECT_TRUE(store->list().empty());
  store->ensure_base(base(), kGood);
  store->ensure_root_disk(id, {1, 0, base(), 0});
  store->ensure_root_disk(id, {1, 0, base(), 0});
  EXPECT_EQ(store->files_of(id).config_drive, "");
  store->ensure_config_drive(id, {{"a", "1"}});
  EXPECT_NE(store->files_of(id).config_drive, "");
  EXPECT_NE(store->read_console(id, 1000), "");
  EXPECT_EQ(store->read_console(id, 3).size(), 3U);
  EXPECT_EQ(store->list(), std::vector<std::string>{id});
  store->ensure_absent(id);
  store->ensure_absent(id);
  EXPECT_TRUE(store->list().empty());
  EXPECT_EQ(store->read_console(id, 1000), "");
}

TEST(FakeStore, VerifiesBytesWhenThereAreAny) {
  const auto store = make_fake_store();
  EXPECT_THROW(store->ensure_base(base(), kWrong), Error);
  store->ensure_base(base(), kSilent);
  store->ensure_base(base(), kWrong);  // is there: not fetched
}

TEST(FakeStore, EvictsWhatNothingUses) {
  const auto store = make_fake_store();
  const std::string id = new_uuid();
  store->ensure_base(base(), kGood);
  const auto full = store->space();
  store->evict_bases({base().digest}, 0);
  store->ensure_root_disk(id, {1, 0, base(), 0});
  store->evict_bases({}, 0);
  EXPECT_EQ(store->space().free, full.free);
  store->ensure_absent(id);
  store->evict_bases({}, 0);
  EXPECT_EQ(store->space().free, full.free + 4);
}

TEST(FakeStore, TellsAndDropsBases) {
  const auto store = make_fake_store();
  const std::string id = new_uuid();
  EXPECT_TRUE(store->list_bases().empty());
  store->ensure_base(base(), kGood);
  store->ensure_root_disk(id, {1, 0, base(), 0});
  ASSERT_EQ(store->list_bases().size(), 1U);
  const CachedBase held = store->list_bases()[0];
  EXPECT_EQ(held.digest + held.format, base().digest + "raw");
  EXPECT_EQ(held.size, 4);
  EXPECT_EQ(held.disks, 1);
  EXPECT_GT(held.used_us, 1'700'000'000'000'000);
  store->drop_base(base());
  EXPECT_EQ(store->list_bases().size(), 1U);
  store->ensure_absent(id);
  EXPECT_EQ(store->list_bases()[0].disks, 0);
  store->drop_base(base());
  store->drop_base(base());
  EXPECT_TRUE(store->list_bases().empty());
}

TEST(FakeStore, RefusesIdsAndPathsThatTheRealOneRefuses) {
  const auto store = make_fake_store();
  EXPECT_THROW((void)store->files_of("x"), Error);
  EXPECT_THROW(store->ensure_config_drive(new_uuid(), {{"../a", "x"}}), Error);
}

}  // namespace
}  // namespace virga::storage
