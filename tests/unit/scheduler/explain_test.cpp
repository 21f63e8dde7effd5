// SPDX-License-Identifier: Apache-2.0
// Why there is no host, and what would help.
#include "tests/unit/scheduler/scheduler_fixture.h"

namespace virga::scheduler {
namespace {

TEST(Explain, CountsEachHostAtTheFirstFilterThatRefusesIt) {
  auto cloud = cloud_of({host("a", [](Host& h) { h.enabled = false; }),
                         host("b", [](Host& h) { h.up = false; }),
                         host("c", [](Host& h) { h.vcpus.total = 0; }),
                         host("d", [](Host& h) { h.memory_mib.total = 100; }),
                         host("e", [](Host& h) { h.disk_gib.total = 1; }), host("f", [](Host& h) {
                           h.enabled = false;
                           h.vcpus.total = 0;
                         })});
  const auto why = cloud.explain(small());
  EXPECT_EQ(why.considered, 6);
  EXPECT_EQ(why.passed, 0);
  EXPECT_EQ(refused_by(why, Filter::compute), 3);
  EXPECT_EQ(refused_by(why, Filter::core), 1);
  EXPECT_EQ(refused_by(why, Filter::ram), 1);
  EXPECT_EQ(refused_by(why, Filter::disk), 1);
  EXPECT_TRUE(
      why.sentence().starts_with("6 hosts: ComputeFilter refused 3, CoreFilter refused 1, "
                                 "RamFilter refused 1, DiskFilter refused 1; "))
      << why.sentence();
}

TEST(Explain, TellsTheLeastThatHelps) {
  auto cloud = cloud_of({host("a"), host("b"), host("c"), host("d")});
  for (const char* name : {"a", "b", "c"}) cloud.apply(allocation(name, name, {1, 2048, 1, {}}));
  cloud.apply(allocation("d", "d", {1, 6144, 1, {}}));
  const auto why = cloud.explain(small([](Request& r) { r.demand.resources = {2, 10000, 1, {}}; }));
  ASSERT_EQ(why.remedies.size(), 1U) << why.sentence();
  EXPECT_EQ(why.remedies[0].sentence(), "4 GiB less memory fits 3 hosts");
  EXPECT_EQ(why.sentence(), "4 hosts: RamFilter refused 4; 4 GiB less memory fits 3 hosts");
}

TEST(Explain, TellsOtherThingsThatHelp) {
  auto cloud = cloud_of({host("a", [](Host& h) { h.up = false; }),
                         host("b", [](Host& h) { h.vcpus.total = 2; }),
                         host("c", [](Host& h) { h.others["CUSTOM_GPU"] = {.total = 1}; })});
  cloud.upsert_aggregate({"z", {{"availability_zone", "az1"}}, {"id-of-a", "id-of-b"}});
  const auto why = cloud.explain(small([](Request& r) {
    r.demand.resources.vcpus = 4;
    r.demand.availability_zone = "az1";
  }));
  std::vector<std::string> remedies;
  for (const auto& remedy : why.remedies) remedies.push_back(remedy.sentence());
  EXPECT_EQ(remedies, (std::vector<std::string>{
                          "1 host would fit if not for ComputeFilter (is down)",
                          "1 host would fit if not for AvailabilityZoneFilter (is not in zone az1)",
                          "2 vCPUs less fits 1 host"}));
}

TEST(Explain, ShowsTheNearestMissesFirst) {
  std::vector<Host> hosts;
  for (int i = 0; i < 8; ++i)
    hosts.push_back(host("h" + std::to_string(i), [&](Host& h) { h.vcpus.total = i; }));
  hosts[7].up = false;
  hosts[6].up = false;
  auto cloud = cloud_of(hosts);
  const auto why = cloud.explain(small([](Request& r) { r.demand.resources.vcpus = 8; }));
  ASSERT_EQ(why.nearest.size(), kNearest);
  EXPECT_EQ(why.nearest[0].sentence(), "h5: vCPUs: 8 wanted, 5 available");
  EXPECT_EQ(why.nearest[4].host_name, "h1") << "one thing lacking is nearer than two";
  EXPECT_EQ(why.nearest[0].host_id, "id-of-h5");
}

TEST(Explain, NamesEverythingThatAHostLacks) {
  auto cloud = cloud_of({host("a", [](Host& h) { h.enabled = false; })});
  const auto why = cloud.explain(small([](Request& r) {
    r.demand.resources = {9, 16384, 1, {{"CUSTOM_GPU", 1}}};
    r.demand.required_traits = {"HW_GPU"};
  }));
  ASSERT_EQ(why.nearest.size(), 1U);
  EXPECT_EQ(why.nearest[0].sentence(),
            "a: is disabled; lacks trait HW_GPU; vCPUs: 9 wanted, 8 available; "
            "memory: 16 GiB wanted, 8 GiB available; has no CUSTOM_GPU");
  EXPECT_TRUE(why.remedies.empty()) << "no single change helps";
}

TEST(Explain, SaysWhoPassesWhenAsked) {
  auto cloud = cloud_of({host("a"), host("b", [](Host& h) { h.up = false; })});
  const auto why = cloud.explain(small());
  EXPECT_EQ(why.passed, 1);
  EXPECT_EQ(refused_by(why, Filter::compute), 1);
}

}  // namespace
}  // namespace virga::scheduler
