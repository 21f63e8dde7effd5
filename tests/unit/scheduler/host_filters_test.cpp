// SPDX-License-Identifier: Apache-2.0
// Filters over what is free in hosts and who is there: a table for each.
#include "tests/unit/scheduler/scheduler_fixture.h"

namespace virga::scheduler {
namespace {

TEST(Capacity, FollowsTheRulesOfInventories) {
  const struct {
    const char* what;
    Inventory vcpus;
    std::int64_t used;
    std::int64_t wanted;
    bool passes;
  } kCases[] = {
      {"exactly", {.total = 8}, 0, 8, true},
      {"one more", {.total = 8}, 0, 9, false},
      {"what is left", {.total = 8}, 5, 3, true},
      {"more than what is left", {.total = 8}, 5, 4, false},
      {"reserved", {.total = 8, .reserved = 2}, 0, 7, false},
      {"overcommit", {.total = 8, .allocation_ratio = 16}, 100, 28, true},
      {"more than overcommit", {.total = 8, .allocation_ratio = 16}, 100, 29, false},
      {"overcommit of what is not reserved",
       {.total = 8, .reserved = 2, .allocation_ratio = 2},
       0,
       12,
       true},
      {"rounded down", {.total = 3, .allocation_ratio = 1.5}, 0, 5, false},
      {"undercommit", {.total = 8, .allocation_ratio = 0.5}, 0, 5, false},
      {"largest piece", {.total = 8, .max_unit = 4}, 0, 4, true},
      {"above the largest piece", {.total = 8, .max_unit = 4}, 0, 5, false},
      {"smallest piece", {.total = 8, .min_unit = 2}, 0, 2, true},
      {"below the smallest piece", {.total = 8, .min_unit = 2}, 0, 1, false},
      {"step", {.total = 8, .step_size = 4}, 0, 4, true},
      {"off step", {.total = 8, .step_size = 4}, 0, 6, false},
      {"nothing wanted of a full host", {.total = 8}, 9, 0, true},
      {"something wanted of an overfull host", {.total = 8}, 9, 1, false},
  };
  for (const auto& c : kCases) {
    auto cloud = cloud_of({host("a", [&](Host& h) { h.vcpus = c.vcpus; })});
    cloud.apply(allocation("old", "a", {c.used, 0, 0, {}}));
    expect_verdict(cloud, small([&](Request& r) { r.demand.resources.vcpus = c.wanted; }),
                   Filter::core, c.passes, c.what);
  }
}

TEST(Capacity, IsCheckedForMemoryDiskAndOtherClasses) {
  const auto gpus = host("a", [](Host& h) { h.others["CUSTOM_GPU"] = {.total = 2}; });
  auto cloud = cloud_of({gpus});
  const auto asks = [](Resources r) {
    return small([&](Request& request) { request.demand.resources = std::move(r); });
  };
  expect_verdict(cloud, asks({8, 8192, 100, {{"CUSTOM_GPU", 2}}}), Filter::ram, true, "all of it");
  expect_verdict(cloud, asks({1, 8193, 1, {}}), Filter::ram, false, "memory");
  expect_verdict(cloud, asks({1, 1, 101, {}}), Filter::disk, false, "disk");
  expect_verdict(cloud, asks({1, 1, 1, {{"CUSTOM_GPU", 3}}}), Filter::resource_class, false,
                 "GPUs");
  expect_verdict(cloud, asks({1, 1, 1, {{"CUSTOM_FPGA", 1}}}), Filter::resource_class, false,
                 "a class that is not there");
  cloud.apply(allocation("old", "a", {1, 1, 1, {{"CUSTOM_GPU", 1}}}));
  expect_verdict(cloud, asks({1, 1, 1, {{"CUSTOM_GPU", 2}}}), Filter::resource_class, false,
                 "used");
  expect_verdict(cloud, asks({1, 1, 1, {{"CUSTOM_GPU", 1}}}), Filter::resource_class, true, "left");
  cloud.release("old");
  expect_verdict(cloud, asks({1, 1, 1, {{"CUSTOM_GPU", 2}}}), Filter::resource_class, true,
                 "freed");
}

TEST(Capacity, MovesWithItsConsumer) {
  auto cloud = cloud_of({host("a"), host("b")});
  cloud.apply(allocation("x", "a", {8, 1, 1, {}}));
  cloud.apply(allocation("x", "b", {8, 1, 1, {}}));
  EXPECT_EQ(cloud.allocations(), 1U);
  EXPECT_EQ(picked(cloud, small()), "a");
  cloud.release("nobody");
  cloud.remove_host("id-of-b");
  EXPECT_EQ(cloud.allocations(), 0U) << "what was on the host is gone with it";
  EXPECT_ANY_THROW(cloud.apply(allocation("x", "b")));
}

TEST(Capacity, OfAHostMayChangeUnderItsInstances) {
  auto cloud = cloud_of({host("a")});
  cloud.apply(allocation("x", "a", {6, 1, 1, {}}));
  cloud.upsert_host(host("a", [](Host& h) { h.vcpus.total = 4; }));
  expect_verdict(cloud, small(), Filter::core, false, "smaller");
  cloud.upsert_host(host("a", [](Host& h) { h.vcpus.total = 7; }));
  expect_verdict(cloud, small(), Filter::core, true, "larger");
}

TEST(NumInstancesFilter, AndItsAggregateCountInstances) {
  const struct {
    std::vector<const char*> aggregates;
    std::int64_t instances;
    Filter filter;
    bool passes;
  } kCases[] = {
      {{}, 2, Filter::num_instances, true},
      {{}, 3, Filter::num_instances, false},
      {{"2"}, 1, Filter::aggregate_num_instances, true},
      {{"2"}, 2, Filter::aggregate_num_instances, false},
      {{"2", "1"}, 1, Filter::aggregate_num_instances, false},
      {{"two"}, 2, Filter::aggregate_num_instances, true},
  };
  for (const auto& c : kCases) {
    auto options = with_all_filters();
    options.max_instances_per_host = 3;
    auto cloud = cloud_of({host("a")}, options);
    for (std::size_t i = 0; i < c.aggregates.size(); ++i)
      cloud.upsert_aggregate(
          {"agg-" + std::to_string(i), {{"max_instances_per_host", c.aggregates[i]}}, {"id-of-a"}});
    for (std::int64_t i = 0; i < c.instances; ++i)
      cloud.apply(allocation("i" + std::to_string(i), "a"));
    expect_verdict(cloud, small(), c.filter, c.passes, name_of(c.filter));
  }
}

TEST(IoOpsFilter, AndItsAggregateCountBusyInstances) {
  const struct {
    const char* aggregate;
    std::int64_t io_ops;
    Filter filter;
    bool passes;
  } kCases[] = {
      {"", 7, Filter::io_ops, true},
      {"", 8, Filter::io_ops, false},
      {"3", 2, Filter::aggregate_io_ops, true},
      {"3", 3, Filter::aggregate_io_ops, false},
  };
  for (const auto& c : kCases) {
    auto cloud = cloud_of({host("a")}, with_all_filters());
    cloud.set_state("id-of-a", {.io_ops = c.io_ops});
    if (*c.aggregate != 0)
      cloud.upsert_aggregate({"agg", {{"max_io_ops_per_host", c.aggregate}}, {"id-of-a"}});
    expect_verdict(cloud, small(), c.filter, c.passes, name_of(c.filter));
  }
}

TEST(SameHostFilter, AndDifferentHostFilterLookAtInstances) {
  auto cloud = cloud_of({host("a"), host("b"), host("c")});
  cloud.apply(allocation("on-a", "a"));
  cloud.apply(allocation("on-b", "b"));
  const auto same = [](std::vector<std::string> ids) {
    return small([&](Request& r) { r.same_host = std::move(ids); });
  };
  const auto different = [](std::vector<std::string> ids) {
    return small([&](Request& r) { r.different_host = std::move(ids); });
  };
  EXPECT_EQ(picked(cloud, same({"on-b"})), "b");
  EXPECT_EQ(picked(cloud, same({"on-b", "gone"})), "b");
  EXPECT_EQ(picked(cloud, same({"gone"})), "");
  EXPECT_EQ(picked(cloud, different({"on-a"})), "b");
  EXPECT_EQ(picked(cloud, different({"on-a", "on-b"})), "c");
  EXPECT_EQ(picked(cloud, different({"gone"})), "a");
  EXPECT_EQ(refused_by(cloud.explain(same({"on-a"})), Filter::same_host), 2);
  EXPECT_EQ(refused_by(cloud.explain(different({"on-a"})), Filter::different_host), 1);
}

TEST(SimpleCIDRAffinityFilter, ComparesNetworks) {
  const struct {
    const char* near;
    const char* cidr;
    bool passes;
  } kCases[] = {
      {"", "/24", true},
      {"192.168.1.77", "/24", true},
      {"192.168.2.77", "/24", false},
      {"192.168.2.77", "/16", true},
      {"192.168.1.6", "/31", false},
      {"192.168.1.4", "/31", true},
      {"10.0.0.1", "/0", true},
      {"fd00::1", "/64", false},
  };
  auto cloud = cloud_of({host("a", [](Host& h) { h.address = "192.168.1.5"; })});
  const auto near = [](const char* address, const char* cidr) {
    return small([&](Request& r) {
      r.build_near_host_ip = address;
      r.cidr = cidr;
    });
  };
  for (const auto& c : kCases)
    expect_verdict(cloud, near(c.near, c.cidr), Filter::simple_cidr_affinity, c.passes,
                   std::string(c.near) + c.cidr);
  for (const char* cidr : {"24", "/33", "/-1", "/", "/2x"})
    EXPECT_ANY_THROW(cloud.pick(near("192.168.1.1", cidr))) << cidr;
  EXPECT_ANY_THROW(cloud.pick(near("nowhere", "/24")));
}

Request member(GroupPolicy policy, std::int64_t most = 1) {
  return small([&](Request& r) { r.group = {"g", policy, most}; });
}

TEST(ServerGroups, AffinityKeepsMembersTogether) {
  auto cloud = cloud_of({host("a"), host("b")});
  EXPECT_EQ(picked(cloud, member(GroupPolicy::affinity)), "a") << "the first goes anywhere";
  cloud.apply(allocation("m1", "b", {1, 512, 1, {}}, "g"));
  EXPECT_EQ(picked(cloud, member(GroupPolicy::affinity)), "b");
  cloud.apply(allocation("big", "b", {7, 512, 1, {}}));
  EXPECT_EQ(picked(cloud, member(GroupPolicy::affinity)), "");
  const auto why = cloud.explain(member(GroupPolicy::affinity));
  EXPECT_EQ(refused_by(why, Filter::server_group_affinity), 1);
  EXPECT_EQ(refused_by(why, Filter::core), 1);
  cloud.release("m1");
  EXPECT_EQ(picked(cloud, member(GroupPolicy::affinity)), "b") << "in use, and the group is gone";
}

TEST(ServerGroups, AntiAffinityKeepsMembersApart) {
  auto cloud = cloud_of({host("a"), host("b")});
  cloud.apply(allocation("m1", "a", {1, 512, 1, {}}, "g"));
  EXPECT_EQ(picked(cloud, member(GroupPolicy::anti_affinity)), "b");
  cloud.apply(allocation("m2", "b", {1, 512, 1, {}}, "g"));
  EXPECT_EQ(picked(cloud, member(GroupPolicy::anti_affinity)), "");
  EXPECT_EQ(refused_by(cloud.explain(member(GroupPolicy::anti_affinity)),
                       Filter::server_group_anti_affinity),
            2);
  EXPECT_EQ(picked(cloud, member(GroupPolicy::anti_affinity, 2)), "a") << "max_server_per_host";
  auto moving = member(GroupPolicy::anti_affinity);
  moving.instance_id = "m2";
  EXPECT_EQ(picked(cloud, moving), "b") << "an instance may stay where it is";
}

TEST(ServerGroups, SoftRulesArePreferences) {
  auto cloud = cloud_of({host("a"), host("b"), host("c")});
  cloud.apply(allocation("m1", "b", {1, 512, 1, {}}, "g"));
  cloud.apply(allocation("m2", "c", {1, 512, 1, {}}, "g"));
  cloud.apply(allocation("m3", "c", {1, 512, 1, {}}, "g"));
  EXPECT_EQ(picked(cloud, member(GroupPolicy::soft_affinity)), "c");
  EXPECT_EQ(picked(cloud, member(GroupPolicy::soft_anti_affinity)), "a");
  cloud.apply(allocation("big-c", "c", {6, 512, 1, {}}));
  cloud.apply(allocation("big-a", "a", {8, 512, 1, {}}));
  EXPECT_EQ(picked(cloud, member(GroupPolicy::soft_affinity)), "b");
  EXPECT_EQ(picked(cloud, member(GroupPolicy::soft_anti_affinity)), "b");
}

TEST(RequestedHosts, AreForcedWithoutFiltersOrRequestedWithThem) {
  auto cloud = cloud_of({host("a"), host("Down", [](Host& h) { h.up = false; }),
                         host("off", [](Host& h) { h.enabled = false; }),
                         host("c", [](Host& h) { h.node = "c.example.org"; })});
  const auto ask = [&](const std::function<void(Request&)>& change) {
    return picked(cloud, small(change));
  };
  EXPECT_EQ(ask([](Request& r) { r.force_hosts = {"c"}; }), "c");
  EXPECT_EQ(ask([](Request& r) { r.force_hosts = {"C", "gone"}; }), "c");
  EXPECT_EQ(ask([](Request& r) { r.force_hosts = {"down"}; }), "Down") << "no filters";
  EXPECT_EQ(ask([](Request& r) { r.force_hosts = {"off"}; }), "") << "disabled";
  EXPECT_EQ(ask([](Request& r) { r.force_nodes = {"c.example.org"}; }), "c");
  EXPECT_EQ(ask([](Request& r) { r.force_nodes = {"C.example.org"}; }), "");
  EXPECT_EQ(ask([](Request& r) { r.requested_host = "c"; }), "c");
  EXPECT_EQ(ask([](Request& r) { r.requested_host = "down"; }), "") << "filters";
  EXPECT_EQ(ask([](Request& r) { r.requested_node = "c.example.org"; }), "c");
  EXPECT_EQ(ask([](Request& r) {
              r.requested_host = "a";
              r.requested_node = "c.example.org";
            }),
            "");
  EXPECT_EQ(ask([](Request& r) { r.ignore_hosts = {"A"}; }), "c");
  EXPECT_EQ(ask([](Request& r) {
              r.force_hosts = {"c"};
              r.ignore_hosts = {"c"};
            }),
            "");
  EXPECT_EQ(ask([](Request& r) {
              r.force_hosts = {"c"};
              r.demand.resources.vcpus = 9;
            }),
            "")
      << "resources are not skipped";
  EXPECT_EQ(ask([](Request& r) {
              r.force_hosts = {"c"};
              r.demand.extra_specs = {{"capabilities:x", "1"}};
            }),
            "c");
  const auto why = cloud.explain(small([](Request& r) { r.force_hosts = {"gone"}; }));
  EXPECT_EQ(refused_by(why, Filter::requested_host), 4);
}

}  // namespace
}  // namespace virga::scheduler
