// SPDX-License-Identifier: Apache-2.0
#include "db/store/image_cache.h"

#include "db/store/host_bases.h"
#include "db/store/hosts.h"
#include "db/store/images.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

using model::ObservedBase;

const std::string kA(64, 'a');
const std::string kB(64, 'b');

ObservedBase held(const std::string& digest, std::int64_t disks = 0) {
  return {digest, "raw", 10, 100, 50, disks};
}

/// Two enabled hosts that are up and one that is disabled; the images "a1" and "a2" of the same
/// bytes, "b", and "new" without any.
class ImageCacheStore : public StoreTest {
 protected:
  ImageCacheStore() {
    db_.subscribe([this](const Change& c) { heard_.push_back(c.topic + " " + c.key); });
    write([&](WriteTx& tx) {
      for (int n = 1; n <= 3; ++n) hosts::insert(tx, host_row("h" + std::to_string(n), n));
      for (const char* id : {"h1", "h2", "h3"}) hosts::touch(tx, id, kNow);
      hosts::set_enabled(tx, "h3", false, "");
      add(tx, "a1", kA);
      add(tx, "a2", kA);
      add(tx, "b", kB);
      add(tx, "new", "", model::ImageStatus::queued);
    });
    heard_.clear();
  }
  static void add(WriteTx& tx, const std::string& id, const std::string& digest,
                  model::ImageStatus status = model::ImageStatus::active) {
    model::Image i;
    i.id = id;
    i.status = status;
    i.disk_format = "raw";
    i.digest = digest;
    i.size = 10;
    images::insert(tx, i);
  }
  template <class F>
  void write(F f) {
    db_.write([&](WriteTx& tx) { f(tx); });
  }
  void queue(const std::string& id, TimeUs now = 1) {
    write([&](WriteTx& tx) { image_cache::queue(tx, id, now); });
  }
  void drop(const std::string& id) {
    write([&](WriteTx& tx) { image_cache::drop(tx, *images::find(tx, id)); });
  }
  /// What the control plane does with a report.
  void report(const std::string& host, const std::vector<ObservedBase>& bases) {
    write([&](WriteTx& tx) {
      host_bases::replace(tx, host, bases);
      image_cache::finish_drops(tx, host);
      image_cache::finish_queue(tx, kNow);
    });
  }
  std::string cached() {
    std::string all;
    for (const auto& image :
         db_.read([](ReadTx& tx) { return image_cache::list_cached(tx, kNow); }))
      all += (all.empty() ? "" : " ") + image.image_id;
    return all;
  }
  std::string queued() {
    std::string all;
    for (const auto& id : db_.read([](ReadTx& tx) { return image_cache::list_queued(tx, kNow); }))
      all += (all.empty() ? "" : " ") + id;
    return all;
  }
  std::vector<model::DesiredBase> prefetches(const std::string& host) {
    return db_.read([&](ReadTx& tx) { return image_cache::list_prefetches(tx, host); });
  }
  std::vector<model::DesiredBase> drops(const std::string& host) {
    return db_.read([&](ReadTx& tx) { return image_cache::list_drops(tx, host); });
  }
  std::vector<std::string> heard() { return std::exchange(heard_, {}); }

  static constexpr TimeUs kNow = 100 * kSecondUs;
  const std::vector<std::string> kEnabled{"host h1", "host h2"};
  std::vector<std::string> heard_;
};

TEST_F(ImageCacheStore, AReportIsKeptAndReplacedByTheNext) {
  report("h1", {held(kA), held(kB, 2)});
  const auto list = [&] {
    return db_.read([](ReadTx& tx) { return host_bases::list_of_host(tx, "h1"); });
  };
  EXPECT_EQ(list(), (std::vector<ObservedBase>{held(kA), held(kB, 2)}));
  report("h1", {held(kB, 1)});
  EXPECT_EQ(list(), std::vector<ObservedBase>{held(kB, 1)});
  report("h1", {});
  EXPECT_EQ(count("host_bases"), 0);
}

TEST_F(ImageCacheStore, ImagesWithTheSameBytesAreCachedTogether) {
  report("h1", {held(kA, 2)});
  EXPECT_EQ(cached(), "a1 a2");
  auto other = held(kA, 3);
  other.used_us = 300;
  other.made_us = 20;
  report("h2", {other});
  const auto images = db_.read([](ReadTx& tx) { return image_cache::list_cached(tx, kNow); });
  ASSERT_EQ(images.size(), 2U);
  EXPECT_EQ(images[0].hits, 5);
  EXPECT_EQ(images[0].used_us, 300);
  EXPECT_EQ(images[0].made_us, 50);
  EXPECT_EQ(images[0].size, 10);
}

TEST_F(ImageCacheStore, BytesInAnotherFormatOrOfNoActiveImageAreNotListed) {
  auto foreign = held(kA);
  foreign.format = "qcow2";
  report("h1", {foreign, held(std::string(64, 'c'))});
  EXPECT_EQ(cached(), "");
  report("h1", {held(kB)});
  write([](WriteTx& tx) {
    images::advance(tx, "b", model::ImageStatus::active, model::ImageStatus::deactivated, 1);
  });
  EXPECT_EQ(cached(), "");
}

TEST_F(ImageCacheStore, EnabledHostsAreToldOfAQueuedImageOnce) {
  queue("b", 1);
  EXPECT_EQ(heard(), kEnabled);
  queue("b", 2);
  EXPECT_TRUE(heard().empty());
  queue("a1", 2);
  queue("a2", 3);
  EXPECT_EQ(queued(), "b a1 a2");
  EXPECT_EQ(prefetches("h1"), (std::vector<model::DesiredBase>{{kB, "raw", 10}, {kA, "raw", 10}}));
  EXPECT_TRUE(prefetches("h3").empty()) << "it is disabled";
  db_.read([](ReadTx& tx) {
    EXPECT_TRUE(image_cache::is_prefetched(tx, kA, "h2"));
    EXPECT_FALSE(image_cache::is_prefetched(tx, kA, "h3"));
    EXPECT_FALSE(image_cache::is_prefetched(tx, std::string(64, 'c'), "h1"));
  });
}

TEST_F(ImageCacheStore, AnImageIsCachedWhenAllEnabledHostsThatAreUpHoldIt) {
  queue("b");
  heard();
  report("h1", {held(kB)});
  EXPECT_EQ(queued(), "b");
  EXPECT_EQ(cached(), "");
  EXPECT_TRUE(heard().empty());
  report("h2", {held(kB)});
  EXPECT_EQ(queued(), "");
  EXPECT_EQ(cached(), "b");
  EXPECT_EQ(heard(), kEnabled);
}

TEST_F(ImageCacheStore, AnImageIsShownAsQueuedForASecondHoweverFastTheHostsAre) {
  for (const char* host : {"h1", "h2"}) report(host, {held(kB)});
  queue("b", kNow - kSecondUs / 2);
  report("h1", {held(kB)});
  EXPECT_EQ(queued(), "b");
  EXPECT_EQ(cached(), "");
  db_.read([](ReadTx& tx) {
    EXPECT_TRUE(image_cache::list_queued(tx, kNow + kSecondUs).empty());
    EXPECT_EQ(image_cache::list_cached(tx, kNow + kSecondUs).size(), 1U);
  });
  write([](WriteTx& tx) { image_cache::drop_all(tx, kNow + kSecondUs); });
  EXPECT_EQ(count("image_cache_queue"), 0) << "it was cached, so it is not fetched again";
  EXPECT_EQ(drops("h1").size(), 1U);
}

TEST_F(ImageCacheStore, AHostThatIsAwayIsNotWaitedFor) {
  queue("b");
  write([](WriteTx& tx) { hosts::touch(tx, "h2", 5); });
  report("h1", {held(kB)});
  EXPECT_EQ(queued(), "");
}

TEST_F(ImageCacheStore, WithoutAnyHostAnImageStaysQueued) {
  queue("b");
  write([](WriteTx& tx) {
    for (const char* id : {"h1", "h2"}) hosts::set_enabled(tx, id, false, "");
  });
  report("h3", {held(kB)});
  EXPECT_EQ(queued(), "b");
}

TEST_F(ImageCacheStore, OnlyActiveImagesAreFetched) {
  queue("b");
  write([](WriteTx& tx) {
    images::advance(tx, "b", model::ImageStatus::active, model::ImageStatus::deactivated, 1);
  });
  EXPECT_EQ(queued(), "b");
  EXPECT_TRUE(prefetches("h1").empty());
}

TEST_F(ImageCacheStore, ADropIsToldToThoseThatHoldItAndEndsWithTheirReports) {
  report("h1", {held(kA)});
  report("h3", {held(kA), held(kB)});
  drop("a2");
  EXPECT_EQ(heard(), (std::vector<std::string>{"host h1", "host h3"}));
  EXPECT_EQ(cached(), "b") << "it is shown no longer at once";
  EXPECT_EQ(drops("h1"), (std::vector<model::DesiredBase>{{kA, "raw", 10}}));
  EXPECT_TRUE(drops("h2").empty());
  report("h1", {held(kA)});
  EXPECT_EQ(drops("h1").size(), 1U) << "it was not done yet";
  report("h1", {});
  EXPECT_TRUE(drops("h1").empty());
  EXPECT_EQ(heard(), std::vector<std::string>{"host h1"});
  report("h3", {held(kA, 1), held(kB)});
  EXPECT_TRUE(drops("h3").empty()) << "a disk stands on it";
  EXPECT_EQ(cached(), "a1 a2 b");
}

TEST_F(ImageCacheStore, WhatDisksStandOnStaysListed) {
  report("h1", {held(kB, 1)});
  drop("b");
  EXPECT_EQ(cached(), "b");
}

TEST_F(ImageCacheStore, ADropEndsTheQueueingOfTheSameBytes) {
  queue("a1");
  queue("b");
  heard();
  drop("a2");
  EXPECT_EQ(queued(), "b");
  EXPECT_EQ(heard(), kEnabled);
  drop("new");  // has no bytes
  EXPECT_EQ(queued(), "b");
}

TEST_F(ImageCacheStore, WhatIsQueuedAfterADropIsDroppedFirst) {
  for (const char* host : {"h1", "h2"}) report(host, {held(kB)});
  drop("b");
  queue("b");
  EXPECT_TRUE(prefetches("h1").empty());
  report("h1", {held(kB)});  // on its way before the drop came
  report("h2", {held(kB)});
  EXPECT_EQ(queued(), "b");
  report("h1", {});
  EXPECT_EQ(prefetches("h1").size(), 1U);
  report("h2", {});
  report("h1", {held(kB)});
  report("h2", {held(kB)});
  EXPECT_EQ(queued(), "");
  EXPECT_EQ(cached(), "b");
}

TEST_F(ImageCacheStore, ClearingEndsOneOrTheOther) {
  report("h1", {held(kA), held(kB)});
  queue("b");
  write([](WriteTx& tx) { image_cache::drop_all(tx, kNow); });
  EXPECT_EQ(drops("h1"), (std::vector<model::DesiredBase>{{kA, "raw", 10}})) << "b is queued";
  EXPECT_EQ(queued(), "b");
  write([](WriteTx& tx) { image_cache::clear_queue(tx); });
  EXPECT_EQ(queued(), "");
  EXPECT_EQ(cached(), "b");
  heard();
  write([](WriteTx& tx) { image_cache::clear_queue(tx); });
  EXPECT_TRUE(heard().empty());
  write([](WriteTx& tx) { image_cache::drop_all(tx, kNow); });
  EXPECT_EQ(drops("h1").size(), 2U);
  EXPECT_EQ(cached(), "");
}

TEST_F(ImageCacheStore, AnImageThatGoesIsQueuedNoLonger) {
  queue("b");
  queue("a1");
  heard();
  write([](WriteTx& tx) {
    image_cache::unqueue(tx, "b");
    images::erase(tx, "b");
  });
  EXPECT_EQ(heard(), kEnabled);
  write([](WriteTx& tx) { images::erase(tx, "a1"); });
  EXPECT_EQ(count("image_cache_queue"), 0);
}

}  // namespace
}  // namespace virga::store
