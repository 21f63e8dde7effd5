// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/base_fetcher.h"

#include <gtest/gtest.h>

#include "common/hash.h"

namespace virga::agent {
namespace {

class BaseFetcherTest : public testing::Test {
 protected:
  void run_all() {
    while (auto key = queue.try_take()) {
      const Taken taken(queue, *key);
      if (key->starts_with(WorkQueue::kSlowPrefix)) {
        fetcher.run(*key);
      } else {
        woken.push_back(*key);
      }
    }
  }

  FakeClock clock;
  WorkQueue queue{clock, 1};
  std::unique_ptr<storage::DiskStore> store = storage::make_fake_store();
  int fetches = 0;
  std::string bytes = "bytes";
  BaseFetcher fetcher{*store,
                      [this](const storage::BaseImage&, const storage::ByteSink& sink) {
                        ++fetches;
                        sink(bytes);
                      },
                      queue};
  storage::BaseImage image{sha256_hex("bytes"), "raw", 5};
  std::vector<std::string> woken;
};

TEST_F(BaseFetcherTest, FetchesOnceAndWakesAllThatWait) {
  fetcher.want(image, "a");
  fetcher.want(image, "b");
  fetcher.want(image, "a");
  EXPECT_FALSE(fetcher.ready(image));
  run_all();
  EXPECT_TRUE(fetcher.ready(image));
  EXPECT_EQ(fetches, 1);
  EXPECT_EQ(woken, (std::vector<std::string>{"a", "b"}));
}

TEST_F(BaseFetcherTest, TellsEachThatWaitsHowItFailedOnce) {
  bytes = "other";
  fetcher.want(image, "a");
  fetcher.want(image, "b");
  run_all();
  EXPECT_FALSE(fetcher.ready(image));
  for (const std::string id : {"a", "b"}) {
    const auto failure = fetcher.take_failure(id);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->kind(), ErrorKind::invalid);
    EXPECT_FALSE(fetcher.take_failure(id));
  }
}

TEST_F(BaseFetcherTest, DoesNotStartForNobody) {
  fetcher.want(image, "a");
  fetcher.withdraw("a");
  run_all();
  EXPECT_EQ(fetches, 0);
  fetcher.want(image, "a");
  run_all();
  EXPECT_EQ(fetches, 1);
}

TEST_F(BaseFetcherTest, LooksAgainAfterForgetting) {
  fetcher.want(image, "a");
  run_all();
  fetcher.forget(image);
  EXPECT_FALSE(fetcher.ready(image));
  fetcher.want(image, "a");
  run_all();
  EXPECT_TRUE(fetcher.ready(image));
  EXPECT_EQ(fetches, 1);  // it was still in the cache
}

}  // namespace
}  // namespace virga::agent
