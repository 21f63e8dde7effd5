// SPDX-License-Identifier: Apache-2.0
// Which of the hosts that pass is taken.
#include "tests/unit/scheduler/scheduler_fixture.h"

namespace virga::scheduler {
namespace {

TEST(Packing, NoHostsMeanNoHost) {
  Scheduler cloud;
  EXPECT_FALSE(cloud.pick(small()));
  EXPECT_EQ(cloud.explain(small()).considered, 0);
}

TEST(Packing, EqualHostsAreTakenByNameWhateverTheirOrder) {
  for (const auto& names : {std::vector<std::string>{"b", "a", "c"}, {"c", "b", "a"}}) {
    Scheduler cloud;
    for (const auto& name : names) cloud.upsert_host(host(name));
    EXPECT_EQ(picked(cloud, small()), "a");
  }
}

TEST(Packing, UsedHostsComeBeforeEmptyOnes) {
  auto cloud = cloud_of({host("a"), host("b")});
  cloud.apply(allocation("x", "b"));
  EXPECT_EQ(picked(cloud, small()), "b");
}

TEST(Packing, TheBestFitIsTaken) {
  auto cloud = cloud_of({host("a"), host("b"), host("c")});
  cloud.apply(allocation("x", "a", {2, 2048, 1, {}}));
  cloud.apply(allocation("y", "b", {4, 4096, 1, {}}));
  cloud.apply(allocation("z", "c", {7, 1024, 1, {}}));
  EXPECT_EQ(picked(cloud, small([](Request& r) { r.demand.resources = {2, 2048, 1, {}}; })), "b");
  EXPECT_EQ(picked(cloud, small([](Request& r) { r.demand.resources = {6, 2048, 1, {}}; })), "a");
}

TEST(Packing, RareTraitsAndClassesAreLeftToWhoNeedsThem) {
  std::vector<Host> hosts;
  for (const char* name : {"a", "b", "c", "d", "e"}) hosts.push_back(host(name));
  hosts[0].traits = {"HW_RARE"};
  hosts[1].others["CUSTOM_GPU"] = {.total = 1};
  for (std::size_t i = 1; i < hosts.size(); ++i) hosts[i].traits = {"HW_COMMON"};
  auto cloud = cloud_of(hosts);
  cloud.apply(allocation("x", "a"));
  EXPECT_EQ(picked(cloud, small()), "c") << "although a is in use";
  EXPECT_EQ(picked(cloud, small([](Request& r) { r.demand.required_traits = {"HW_RARE"}; })), "a");
  EXPECT_EQ(picked(cloud, small([](Request& r) { r.demand.resources.others["CUSTOM_GPU"] = 1; })),
            "b");
  for (const char* name : {"c", "d", "e"}) cloud.apply(allocation(name, name, {8, 1, 1, {}}));
  EXPECT_EQ(picked(cloud, small()), "a") << "better than none, and in use";
}

TEST(Packing, HostsThatFailToBuildComeLast) {
  auto cloud = cloud_of({host("a"), host("b")});
  cloud.apply(allocation("x", "a"));
  cloud.set_state("id-of-a", {.failed_builds = 1});
  EXPECT_EQ(picked(cloud, small()), "b");
  cloud.set_state("id-of-b", {.enabled = false});
  EXPECT_EQ(picked(cloud, small()), "a");
  cloud.set_state("id-of-a", {.generation = 7});
  cloud.set_state("id-of-b", {});
  const auto choice = cloud.pick(small());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->host_name, "a");
  EXPECT_EQ(choice->generation, 7);
  EXPECT_EQ(choice->allocation.host_id, "id-of-a");
  EXPECT_EQ(choice->allocation.consumer_id, "new");
}

TEST(Packing, FollowsChangesOfAggregates) {
  auto cloud = cloud_of({host("a"), host("b")});
  const auto in_az1 = small([](Request& r) { r.demand.availability_zone = "az1"; });
  EXPECT_EQ(picked(cloud, in_az1), "");
  cloud.upsert_aggregate({"x", {{"availability_zone", "az1"}}, {"id-of-b", "id-of-later"}});
  EXPECT_EQ(picked(cloud, in_az1), "b");
  cloud.upsert_aggregate({"x", {{"availability_zone", "az2"}}, {"id-of-b"}});
  EXPECT_EQ(picked(cloud, in_az1), "");
  cloud.upsert_aggregate({"x", {{"availability_zone", "az1"}}, {"id-of-a", "id-of-later"}});
  EXPECT_EQ(picked(cloud, in_az1), "a");
  cloud.remove_host("id-of-a");
  EXPECT_EQ(picked(cloud, in_az1), "");
  cloud.upsert_host(host("later"));
  EXPECT_EQ(picked(cloud, in_az1), "later");
  cloud.remove_aggregate("x");
  EXPECT_EQ(picked(cloud, in_az1), "");
  EXPECT_EQ(cloud.hosts(), 2U);
}

TEST(Packing, FollowsChangesOfHosts) {
  auto cloud = cloud_of({host("a"), host("b")});
  const auto ssd = small([](Request& r) { r.demand.required_traits = {"SSD"}; });
  EXPECT_EQ(picked(cloud, ssd), "");
  cloud.upsert_host(host("b", [](Host& h) { h.traits = {"SSD"}; }));
  EXPECT_EQ(picked(cloud, ssd), "b");
  cloud.upsert_host(host("b", [](Host& h) {
    h.traits = {"SSD"};
    h.name = "renamed";
  }));
  EXPECT_EQ(picked(cloud, ssd), "renamed");
  EXPECT_EQ(picked(cloud, small([](Request& r) { r.force_hosts = {"b"}; })), "");
}

Options weighing(std::vector<Weight> weights) {
  Options options;
  options.weights = std::move(weights);
  return options;
}

TEST(Weighers, SpreadByNovasDefaults) {
  auto cloud = cloud_of({host("a"), host("b"), host("c")}, weighing(nova_weights()));
  cloud.apply(allocation("x", "a"));
  cloud.apply(allocation("y", "b", {1, 256, 10, {}}));
  EXPECT_EQ(picked(cloud, small()), "c");
}

TEST(Weighers, EachWeighsOneFact) {
  const auto io = [](std::int64_t n) { return HostState{.io_ops = n}; };
  const auto failed = [](std::int64_t n) { return HostState{.failed_builds = n}; };
  const struct {
    Weigher weigher;
    double multiplier;
    const char* winner;
  } kCases[] = {
      {Weigher::ram, 1, "b"},           {Weigher::ram, -1, "a"},
      {Weigher::cpu, 1, "a"},           {Weigher::cpu, -1, "b"},
      {Weigher::disk, 1, "b"},          {Weigher::io_ops, -1, "b"},
      {Weigher::io_ops, 1, "a"},        {Weigher::pci, 1, "a"},
      {Weigher::pci, -1, "b"},          {Weigher::soft_affinity, 1, "b"},
      {Weigher::build_failure, 1, "a"},
  };
  for (const auto& c : kCases) {
    auto cloud = cloud_of({host("a"), host("b",
                                           [](Host& h) {
                                             h.pci = {{{}, {}, 4}};
                                           })},
                          weighing({{c.weigher, c.multiplier}}));
    cloud.apply(allocation("x", "a", {1, 2048, 20, {}}));
    cloud.apply(allocation("y", "b", {2, 1024, 10, {}}, "g"));
    cloud.set_state("id-of-a", io(3));
    if (c.weigher == Weigher::build_failure) cloud.set_state("id-of-b", failed(2));
    auto request = small();
    request.group = {"g", GroupPolicy::soft_affinity};
    EXPECT_EQ(picked(cloud, request), c.winner) << multiplier_name(c.weigher) << c.multiplier;
  }
}

TEST(Weighers, AreScaledAndAdded) {
  auto cloud = cloud_of({host("a"), host("b")}, weighing({{Weigher::ram, 1}, {Weigher::cpu, 3}}));
  cloud.apply(allocation("x", "a", {1, 0, 0, {}}));
  cloud.apply(allocation("y", "b", {0, 4096, 0, {}}));
  EXPECT_EQ(picked(cloud, small()), "a") << "1 + 3 * 7/8 against 1/2 + 3";
}

TEST(Weighers, MetadataOfAggregatesGoesBeforeTheOption) {
  auto cloud = cloud_of({host("a"), host("b")}, weighing({{Weigher::ram, 1}}));
  cloud.apply(allocation("x", "a"));
  EXPECT_EQ(picked(cloud, small()), "b");
  cloud.upsert_aggregate({"agg", {{"ram_weight_multiplier", "-1"}}, {"id-of-b"}});
  EXPECT_EQ(picked(cloud, small()), "a");
  cloud.upsert_aggregate({"agg", {{"ram_weight_multiplier", "much"}}, {"id-of-b"}});
  EXPECT_EQ(picked(cloud, small()), "b");
}

}  // namespace
}  // namespace virga::scheduler
