// SPDX-License-Identifier: Apache-2.0
// The host's image cache beyond what its instances need.
#include <gtest/gtest.h>

#include "tests/unit/compute-agent/agent_fixture.h"

namespace virga::agent {
namespace {

using model::DesiredBase;
using model::PowerState;
using model::PowerVerb;
using model::PowerWish;

const std::string kOtherBytes = "the bytes of another image";

DesiredBase wished(const std::string& bytes = kImageBytes) {
  return {sha256_hex(bytes), "raw", static_cast<std::int64_t>(bytes.size())};
}

class ReconcilerBases : public testing::Test {
 protected:
  /// What the host reports to hold: the first digits of the digests, with the number of disks.
  std::string held() {
    const auto bases = host_.reconciler->snapshot().bases;
    if (!bases) return "not looked";
    std::string all;
    for (const auto& base : *bases)
      all += (all.empty() ? "" : " ") + base.digest.substr(0, 4) + ":" + std::to_string(base.disks);
    return all;
  }
  static std::string shown(const std::string& bytes, int disks) {
    return sha256_hex(bytes).substr(0, 4) + ":" + std::to_string(disks);
  }

  Host host_;
};

TEST_F(ReconcilerBases, FetchesAheadAndReportsWhatItHolds) {
  EXPECT_EQ(held(), "not looked");
  host_.send();
  EXPECT_EQ(held(), "");
  host_.desired.prefetch = {wished()};
  host_.send();
  EXPECT_EQ(host_.fetches, 1);
  EXPECT_EQ(held(), shown(kImageBytes, 0));
  const auto base = host_.reconciler->snapshot().bases->at(0);
  EXPECT_EQ(base.size, static_cast<std::int64_t>(kImageBytes.size()));
  EXPECT_EQ(base.format, "raw");
  EXPECT_GT(base.made_us, 0);
  host_.pass_time(60 * kSecondUs);
  host_.restart();
  host_.send();
  host_.pass_time(60 * kSecondUs);
  EXPECT_EQ(host_.fetches, 1) << "it is there";
}

TEST_F(ReconcilerBases, ReportsWhenTheCacheChanges) {
  host_.send();
  (void)host_.reconciler->snapshot();
  int told = 0;
  host_.reconciler->on_report([&] { ++told; });
  host_.pass_time(60 * kSecondUs);
  EXPECT_EQ(told, 0);
  host_.desired.prefetch = {wished()};
  host_.send();
  (void)host_.reconciler->snapshot();
  told = 0;
  host_.store->drop_base({wished().digest, "raw", 0, 0});
  host_.pass_time(20 * kSecondUs);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(host_.fetches, 2) << "it is wished, and was gone";
}

TEST_F(ReconcilerBases, CountsTheDisksThatStandOnABase) {
  for (int n = 1; n <= 2; ++n) host_.add(n);
  host_.send();
  EXPECT_EQ(held(), shown(kImageBytes, 2));
  host_.wish(1, PowerWish::absent, PowerVerb::stop);
  host_.send();
  EXPECT_EQ(held(), shown(kImageBytes, 1));
}

TEST_F(ReconcilerBases, AnInstanceFindsWhatWasFetchedAhead) {
  host_.desired.prefetch = {wished()};
  host_.send();
  host_.add(1);
  host_.send();
  EXPECT_EQ(host_.seen(1).power, PowerState::running);
  EXPECT_EQ(host_.fetches, 1);
}

TEST_F(ReconcilerBases, AFailedFetchIsTriedAgainMoreSlowlyAndHoldsUpNoOther) {
  host_.fetch = [](const storage::ByteSink& sink) { sink(kImageBytes); };
  host_.desired.prefetch = {wished(kOtherBytes), wished()};  // the first never arrives
  host_.send();
  EXPECT_EQ(held(), shown(kImageBytes, 0));
  EXPECT_EQ(host_.fetches, 2);
  host_.pass_time(300 * kSecondUs);
  EXPECT_GE(host_.fetches, 12);
  EXPECT_LE(host_.fetches, 24);
  host_.add(1);
  host_.send();
  EXPECT_EQ(host_.seen(1).power, PowerState::running);
  EXPECT_EQ(host_.seen(1).last_error, "");
  host_.fetch = [](const storage::ByteSink& sink) { sink(kOtherBytes); };
  host_.pass_time(60 * kSecondUs);
  EXPECT_EQ(host_.reconciler->snapshot().bases->size(), 2U);
}

TEST_F(ReconcilerBases, WhatIsWishedNoLongerIsNotTriedAgain) {
  host_.fetch = [](const storage::ByteSink&) {
    throw Error(ErrorKind::unavailable, "The control plane is away.");
  };
  host_.desired.prefetch = {wished()};
  host_.send();
  host_.desired.prefetch.clear();
  host_.send();
  const int tried = host_.fetches;
  host_.pass_time(300 * kSecondUs);
  EXPECT_EQ(host_.fetches, tried);
}

TEST_F(ReconcilerBases, DropsWhatNothingNeeds) {
  host_.desired.prefetch = {wished()};
  host_.send();
  host_.desired.prefetch.clear();
  host_.desired.drop = {wished()};
  host_.send();
  EXPECT_EQ(held(), "");
  host_.send();
  host_.restart();
  host_.send();
  EXPECT_EQ(held(), "");
  host_.desired.drop.clear();
  host_.add(1);
  host_.send();
  EXPECT_EQ(host_.seen(1).power, PowerState::running);
  EXPECT_EQ(host_.seen(1).attempts, 0);
  EXPECT_EQ(host_.fetches, 2);
}

TEST_F(ReconcilerBases, NeverDropsWhatAnInstanceNeeds) {
  host_.add(1);
  host_.desired.drop = {wished()};
  host_.send();
  EXPECT_EQ(host_.seen(1).power, PowerState::running);
  EXPECT_EQ(host_.seen(1).attempts, 0);
  EXPECT_EQ(held(), shown(kImageBytes, 1));
  host_.wish(1, PowerWish::absent, PowerVerb::stop);
  host_.send();
  EXPECT_EQ(held(), "") << "now nothing stands on it, and it is still to be dropped";
}

TEST_F(ReconcilerBases, WhatIsWishedIsNotEvictedForItsAge) {
  ReconcilerSettings settings;
  settings.seed = 1;
  settings.keep_bases_s = 0;
  settings.evict_us = 10 * kSecondUs;
  host_.restart(settings);
  host_.desired.prefetch = {wished()};
  host_.send();
  host_.pass_time(60 * kSecondUs);
  EXPECT_EQ(held(), shown(kImageBytes, 0));
  host_.desired.prefetch.clear();
  host_.send();
  host_.pass_time(60 * kSecondUs);
  EXPECT_EQ(held(), "");
  EXPECT_EQ(host_.fetches, 1);
}

}  // namespace
}  // namespace virga::agent
