// SPDX-License-Identifier: Apache-2.0
// Filters over what hosts are: a table for each.
#include "tests/unit/scheduler/scheduler_fixture.h"

namespace virga::scheduler {
namespace {

using Texts = std::map<std::string, std::string>;

/// A cloud with one host, in aggregates with these metadata.
Scheduler in_aggregates(const std::vector<Texts>& metadata, Host h = host("a"),
                        Options options = with_all_filters()) {
  Scheduler cloud = cloud_of({h}, options);
  for (std::size_t i = 0; i < metadata.size(); ++i)
    cloud.upsert_aggregate({"agg-" + std::to_string(i), metadata[i], {h.id}});
  return cloud;
}

TEST(ComputeFilter, TakesHostsThatAreEnabledAndUp) {
  for (const bool enabled : {true, false})
    for (const bool up : {true, false}) {
      auto cloud = cloud_of({host("a", [&](Host& h) {
        h.enabled = enabled;
        h.up = up;
      })});
      expect_verdict(cloud, small(), Filter::compute, enabled && up, up ? "up" : "down");
    }
}

TEST(AvailabilityZoneFilter, ComparesWithAggregatesOrTheDefault) {
  const struct {
    std::vector<Texts> metadata;
    const char* zone;
    bool passes;
  } kCases[] = {
      {{}, "", true},
      {{}, "nova", true},
      {{}, "az1", false},
      {{{{"availability_zone", "az1"}}}, "", true},
      {{{{"availability_zone", "az1"}}}, "az1", true},
      {{{{"availability_zone", "az1"}}}, "nova", false},
      {{{{"availability_zone", "az1, az2"}}}, "az2", true},
      {{{{"availability_zone", "az1"}}, {{"availability_zone", "az3"}}}, "az3", true},
      {{{{"other", "az1"}}}, "az1", false},
  };
  for (const auto& c : kCases) {
    auto cloud = in_aggregates(c.metadata);
    expect_verdict(cloud, small([&](Request& r) { r.demand.availability_zone = c.zone; }),
                   Filter::availability_zone, c.passes, c.zone);
  }
}

TEST(Aggregates, RequiredOnesOneOfEachSetAndForbiddenOnes) {
  const struct {
    std::vector<std::set<std::string>> required;
    std::set<std::string> forbidden;
    bool passes;
  } kCases[] = {
      {{}, {}, true},
      {{{"agg-0"}}, {}, true},
      {{{"agg-9", "agg-1"}}, {}, true},
      {{{"agg-0"}, {"agg-1"}}, {}, true},
      {{{"agg-0"}, {"agg-9"}}, {}, false},
      {{}, {"agg-9"}, true},
      {{}, {"agg-1"}, false},
      {{{"agg-0"}}, {"agg-1"}, false},
  };
  int number = 0;
  for (const auto& c : kCases) {
    auto cloud = in_aggregates({{}, {}});
    expect_verdict(cloud, small([&](Request& r) {
                     r.demand.required_aggregates = c.required;
                     r.demand.forbidden_aggregates = c.forbidden;
                   }),
                   Filter::aggregates, c.passes, "case " + std::to_string(number++));
  }
}

TEST(Aggregates, IsolatedOnesKeepOutWhoDoesNotRequireTheirTraits) {
  Options options;
  const auto licensed = [](Request& r) { r.demand.required_traits = {"CUSTOM_LICENSED"}; };
  const auto h = host("a", [](Host& x) { x.traits = {"CUSTOM_LICENSED"}; });
  const std::vector<Texts> metadata{{{"trait:CUSTOM_LICENSED", "required"}}};
  auto open = in_aggregates(metadata, h, options);
  expect_verdict(open, small(), Filter::aggregates, true, "not isolated");
  options.isolate_aggregates = true;
  auto isolated = in_aggregates(metadata, h, options);
  expect_verdict(isolated, small(), Filter::aggregates, false, "isolated");
  expect_verdict(isolated, small(licensed), Filter::aggregates, true, "with the trait");
}

TEST(Traits, AllRequiredNoneForbidden) {
  const struct {
    std::set<std::string> required;
    std::set<std::string> forbidden;
    bool passes;
  } kCases[] = {
      {{}, {}, true},
      {{"HW_A"}, {}, true},
      {{"HW_A", "HW_B"}, {}, true},
      {{"HW_C"}, {}, false},
      {{}, {"HW_C"}, true},
      {{}, {"HW_B"}, false},
      {{"HW_A"}, {"HW_B"}, false},
  };
  auto cloud = cloud_of({host("a", [](Host& h) { h.traits = {"HW_A", "HW_B"}; })});
  int number = 0;
  for (const auto& c : kCases)
    expect_verdict(cloud, small([&](Request& r) {
                     r.demand.required_traits = c.required;
                     r.demand.forbidden_traits = c.forbidden;
                   }),
                   Filter::traits, c.passes, "case " + std::to_string(number++));
}

TEST(Traits, AreReadFromFlavorAndImage) {
  Demand d;
  d.extra_specs = {{"trait:HW_A", "required"},
                   {"trait:HW_B", "forbidden"},
                   {"resources:CUSTOM_GPU", "2"},
                   {"resources:VCPU", "0"}};
  d.image_properties = {{"trait:HW_C", "required"}, {"traits_required", "HW_D,HW_E"}};
  d.resources.vcpus = 4;
  read_specs(d);
  EXPECT_EQ(d.required_traits, (std::set<std::string>{"HW_A", "HW_C", "HW_D", "HW_E"}));
  EXPECT_EQ(d.forbidden_traits, (std::set<std::string>{"HW_B"}));
  EXPECT_EQ(d.resources, (Resources{0, 0, 0, {{"CUSTOM_GPU", 2}}}));
  for (const auto& [key, value] :
       Texts{{"trait:HW_A", "wanted"}, {"resources:CUSTOM_GPU", "-1"}, {"resources:VCPU", "x"}}) {
    Demand bad;
    bad.extra_specs = {{key, value}};
    EXPECT_ANY_THROW(read_specs(bad)) << key;
  }
  Demand both;
  both.extra_specs = {{"trait:HW_A", "required"}};
  both.image_properties = {{"trait:HW_A", "forbidden"}};
  EXPECT_ANY_THROW(read_specs(both));
}

TEST(AggregateMultiTenancyIsolation, KeepsOthersOutOfRestrictedAggregates) {
  const struct {
    std::vector<Texts> metadata;
    bool passes;
  } kCases[] = {
      {{}, true},
      {{{{"other", "x"}}}, true},
      {{{{"filter_tenant_id", "mine"}}}, true},
      {{{{"filter_tenant_id", "theirs,mine"}}}, true},
      {{{{"filter_tenant_id", "theirs"}}}, false},
      {{{{"filter_tenant_id", "theirs"}, {"filter_tenant_id_2", "mine"}}}, true},
      {{{{"filter_tenant_id", "theirs"}}, {{"other", "x"}}}, false},
  };
  int number = 0;
  for (const auto& c : kCases) {
    auto cloud = in_aggregates(c.metadata);
    expect_verdict(cloud, small([](Request& r) { r.demand.project_id = "mine"; }),
                   Filter::aggregate_multi_tenancy_isolation, c.passes,
                   "case " + std::to_string(number++));
  }
}

TEST(AggregateTypeAffinityFilter, TakesTheNamedFlavors) {
  const struct {
    std::vector<Texts> metadata;
    bool passes;
  } kCases[] = {
      {{}, true},
      {{{{"instance_type", "m1.small"}}}, true},
      {{{{"instance_type", "m1.large, m1.small"}}}, true},
      {{{{"instance_type", "m1.large"}}}, false},
      {{{{"instance_type", "m1.large"}}, {{"instance_type", "m1.small"}}}, true},
  };
  int number = 0;
  for (const auto& c : kCases) {
    auto cloud = in_aggregates(c.metadata);
    expect_verdict(cloud, small([](Request& r) { r.demand.flavor_name = "m1.small"; }),
                   Filter::aggregate_type_affinity, c.passes, "case " + std::to_string(number++));
  }
}

TEST(AggregateInstanceExtraSpecsFilter, MatchesScopedAndUnscopedKeys) {
  const struct {
    std::vector<Texts> metadata;
    Texts specs;
    bool passes;
  } kCases[] = {
      {{}, {}, true},
      {{}, {{"aggregate_instance_extra_specs:ssd", "true"}}, false},
      {{{{"ssd", "true"}}}, {{"aggregate_instance_extra_specs:ssd", "true"}}, true},
      {{{{"ssd", "true"}}}, {{"ssd", "true"}}, true},
      {{{{"ssd", "false"}}}, {{"ssd", "true"}}, false},
      {{{{"ssd", "false"}}, {{"ssd", "true"}}}, {{"ssd", "true"}}, true},
      {{}, {{"hw:numa_nodes", "1"}}, true},
      {{{{"speed", "10,40"}}}, {{"aggregate_instance_extra_specs:speed", ">= 25"}}, true},
      {{{{"speed", "10"}}}, {{"aggregate_instance_extra_specs:speed", ">= 25"}}, false},
  };
  int number = 0;
  for (const auto& c : kCases) {
    auto cloud = in_aggregates(c.metadata);
    expect_verdict(cloud, small([&](Request& r) { r.demand.extra_specs = c.specs; }),
                   Filter::aggregate_instance_extra_specs, c.passes,
                   "case " + std::to_string(number++));
  }
}

TEST(AggregateImagePropertiesIsolation, ComparesPropertiesThatTheImageHas) {
  const struct {
    Texts metadata;
    Texts image;
    const char* name_space;
    bool passes;
  } kCases[] = {
      {{{"os_distro", "windows"}}, {}, "", true},
      {{{"os_distro", "windows"}}, {{"os_distro", "windows"}}, "", true},
      {{{"os_distro", "windows,debian"}}, {{"os_distro", "debian"}}, "", true},
      {{{"os_distro", "windows"}}, {{"os_distro", "debian"}}, "", false},
      {{{"os_distro", "windows"}}, {{"os_distro", "debian"}}, "iso", true},
      {{{"iso.os", "windows"}}, {{"iso.os", "debian"}}, "iso", false},
  };
  int number = 0;
  for (const auto& c : kCases) {
    auto options = with_all_filters();
    options.image_isolation_namespace = c.name_space;
    auto cloud = in_aggregates({c.metadata}, host("a"), options);
    expect_verdict(cloud, small([&](Request& r) { r.demand.image_properties = c.image; }),
                   Filter::aggregate_image_properties_isolation, c.passes,
                   "case " + std::to_string(number++));
  }
}

TEST(Filters, AreKnownByNovasNames) {
  EXPECT_NO_THROW(filters_named({"ComputeFilter", "ServerGroupAntiAffinityFilter"}));
  EXPECT_FALSE(filters_named({"ComputeFilter"}).has(Filter::numa_topology));
  EXPECT_TRUE(filters_named({}).has(Filter::ram)) << "what Placement does is always on";
  for (const char* name : {"JsonFilter", "NoSuchFilter", ""})
    EXPECT_ANY_THROW(filters_named({name})) << name;
  EXPECT_EQ(weigher_named("RAMWeigher"), Weigher::ram);
  EXPECT_ANY_THROW(weigher_named("MetricsWeigher"));
  EXPECT_EQ(nova_weights().size(), 8U);
}

TEST(Filters, ThoseThatAreOffRefuseNothing) {
  Options options;
  options.filters = filters_named({});
  auto cloud = cloud_of({host("a", [](Host& h) { h.up = false; })}, options);
  EXPECT_EQ(picked(cloud, small()), "a");
}

}  // namespace
}  // namespace virga::scheduler
