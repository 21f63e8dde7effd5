// SPDX-License-Identifier: Apache-2.0
// PCI devices and NUMA cells.
#include <numeric>

#include "tests/unit/scheduler/scheduler_fixture.h"

namespace virga::scheduler {
namespace {

PciPool pool(const std::string& product, std::int64_t count, std::optional<int> numa_node = {},
             const std::string& type = "type-PCI") {
  return {{{"vendor_id", "10de"}, {"product_id", product}, {"dev_type", type}}, numa_node, count};
}

PciRequest devices(const std::string& product, std::int64_t count,
                   PciNumaPolicy policy = PciNumaPolicy::legacy) {
  return {count, {{{"vendor_id", "10DE"}, {"product_id", product}}}, policy};
}

/// Two threads a core, numbered from `first`.
NumaCell cell(int id, int first, int cores, std::int64_t memory_mib = 4096) {
  NumaCell c{id, 2 * cores, {}, memory_mib, {}, id};
  for (int i = 0; i < cores; ++i) c.cores.push_back({first + 2 * i, first + 2 * i + 1});
  return c;
}

Request with_devices(std::vector<PciRequest> wanted, std::vector<GuestCell> numa = {}) {
  return small([&](Request& r) {
    r.demand.pci = std::move(wanted);
    r.numa = std::move(numa);
  });
}

TEST(PciPassthroughFilter, TakesDevicesThatMatch) {
  const struct {
    const char* what;
    std::vector<PciRequest> wanted;
    bool passes;
  } kCases[] = {
      {"none", {}, true},
      {"all", {devices("a", 3)}, true},
      {"too many", {devices("a", 4)}, false},
      {"another product", {devices("z", 1)}, false},
      {"two requests share", {devices("a", 2), devices("a", 1)}, true},
      {"two requests together are too many", {devices("a", 2), devices("a", 2)}, false},
      {"one of two specs", {{4, {{{"product_id", "a"}}, {{"product_id", "b"}}}}}, true},
      {"a physical function unasked", {{1, {{{"product_id", "pf"}}}}}, false},
      {"a physical function", {{1, {{{"product_id", "pf"}, {"dev_type", "type-PF"}}}}}, true},
      {"an unknown tag", {{1, {{{"physical_network", "x"}}}}}, false},
  };
  auto cloud = cloud_of({host("a", [](Host& h) {
    h.pci = {pool("a", 3), pool("b", 1), pool("pf", 1, {}, "type-PF")};
  })});
  for (const auto& c : kCases)
    expect_verdict(cloud, with_devices(c.wanted), Filter::pci_passthrough, c.passes, c.what);
}

TEST(PciPassthroughFilter, CountsWhatIsTaken) {
  auto cloud = cloud_of({host("a", [](Host& h) { h.pci = {pool("a", 2)}; })});
  const auto one = with_devices({devices("a", 1)});
  auto first = cloud.pick(one);
  ASSERT_TRUE(first);
  ASSERT_EQ(first->allocation.pci.size(), 1U);
  EXPECT_EQ(first->allocation.pci[0].count, 1);
  cloud.apply(first->allocation);
  expect_verdict(cloud, with_devices({devices("a", 2)}), Filter::pci_passthrough, false, "taken");
  expect_verdict(cloud, one, Filter::pci_passthrough, true, "left");
  cloud.release("new");
  expect_verdict(cloud, with_devices({devices("a", 2)}), Filter::pci_passthrough, true, "freed");
}

TEST(PciNuma, PolicySaysHowNearDevicesMustBe) {
  const struct {
    PciNumaPolicy policy;
    std::optional<int> device_on;
    bool passes;
  } kCases[] = {
      {PciNumaPolicy::required, 0, true},   {PciNumaPolicy::required, 1, false},
      {PciNumaPolicy::required, {}, false}, {PciNumaPolicy::legacy, 1, false},
      {PciNumaPolicy::legacy, {}, true},    {PciNumaPolicy::preferred, 1, true},
      {PciNumaPolicy::socket, 1, false},    {PciNumaPolicy::socket, 2, true},
      {PciNumaPolicy::socket, {}, false},
  };
  for (const auto& c : kCases) {
    auto cloud = cloud_of({host("a", [&](Host& h) {
      h.numa = {cell(0, 0, 2, 4096), cell(1, 4, 2, 1024), cell(2, 8, 2, 1024)};
      h.numa[2].socket = 0;
      h.pci = {pool("a", 1, c.device_on)};
    })});
    expect_verdict(cloud, with_devices({devices("a", 1, c.policy)}, {{2, 0, 4096}}),
                   Filter::numa_topology, c.passes,
                   "policy " + std::to_string(static_cast<int>(c.policy)));
  }
}

TEST(NUMATopologyFilter, FitsCellsIntoCells) {
  const struct {
    const char* what;
    std::vector<GuestCell> guest;
    bool passes;
  } kCases[] = {
      {"no topology", {}, true},
      {"one cell", {{4, 0, 4096}}, true},
      {"two cells", {{4, 0, 4096}, {4, 0, 4096}}, true},
      {"the larger goes where it fits", {{1, 0, 512}, {6, 0, 4096}}, true},
      {"three cells", {{1, 0, 1}, {1, 0, 1}, {1, 0, 1}}, false},
      {"CPUs against itself", {{7, 0, 512}}, false},
      {"memory against itself", {{1, 0, 4097}}, false},
      {"pinned", {{0, 6, 512}}, true},
      {"too many pinned", {{0, 7, 512}}, false},
      {"pinned and shared", {{2, 2, 512}}, true},
      {"siblings", {{0, 4, 512, 0, CpuThreadPolicy::require}}, true},
      {"isolated cores of a host with siblings", {{0, 1, 512, 0, CpuThreadPolicy::isolate}}, false},
      {"page sizes of a host that tells none", {{1, 0, 512, kLargePages}}, false},
  };
  auto cloud = cloud_of({host("a", [](Host& h) { h.numa = {cell(0, 0, 2), cell(1, 4, 3)}; })});
  for (const auto& c : kCases)
    expect_verdict(cloud, with_devices({}, c.guest), Filter::numa_topology, c.passes, c.what);
  auto flat = cloud_of({host("a")});
  expect_verdict(flat, with_devices({}, {{1, 0, 1}}), Filter::numa_topology, false, "no cells");
}

TEST(NUMATopologyFilter, KnowsPages) {
  const struct {
    std::int64_t wish;
    std::int64_t memory_mib;
    std::int64_t gets_kib;  ///< 0: refused
  } kCases[] = {
      {kSmallPages, 1024, 4},
      {kLargePages, 1024, 1048576},
      {kLargePages, 512, 2048},
      {kAnyPages, 512, 2048},
      {2048, 1024, 2048},
      {2048, 1025, 0},
      {2048, 1026, 0},
      {1048576, 2048, 0},
      {16, 16, 0},
      {kAnyPages, 3, 4},
      {0, 2048, 4},
  };
  for (const auto& c : kCases) {
    auto cloud = cloud_of({host("a", [](Host& h) {
      h.numa = {cell(0, 0, 2)};
      h.numa[0].pages = {{4, 524288}, {2048, 512}, {1048576, 1}};
    })});
    const auto request = with_devices({}, {{1, 0, c.memory_mib, c.wish}});
    const auto choice = cloud.pick(request);
    ASSERT_EQ(choice.has_value(), c.gets_kib != 0) << c.wish << " for " << c.memory_mib;
    if (choice) {
      EXPECT_EQ(choice->allocation.numa[0].page_kib, c.gets_kib);
    }
  }
}

TEST(NUMATopologyFilter, PinsThreadsOnceAndGivesThemBack) {
  auto cloud = cloud_of({host("a", [](Host& h) { h.numa = {cell(0, 0, 2), cell(1, 4, 2)}; })});
  auto request = with_devices({}, {{0, 2, 512, 0, CpuThreadPolicy::require}});
  std::set<int> taken;
  for (int i = 0; i < 4; ++i) {
    request.instance_id = "i" + std::to_string(i);
    const auto choice = cloud.pick(request);
    ASSERT_TRUE(choice) << i;
    const auto& pinned = choice->allocation.numa.at(0).pinned;
    ASSERT_EQ(pinned.size(), 2U);
    EXPECT_EQ(pinned[0] / 2, pinned[1] / 2) << "two threads of one core";
    for (const int thread : pinned) EXPECT_TRUE(taken.insert(thread).second);
    cloud.apply(choice->allocation);
  }
  EXPECT_FALSE(cloud.pick(request));
  cloud.release("i2");
  EXPECT_TRUE(cloud.pick(request));
}

TEST(NUMATopologyFilter, OvercommitsSharedCpusByTheRatioAndMemoryNever) {
  auto cloud = cloud_of({host("a", [](Host& h) {
    h.vcpus.allocation_ratio = 2;
    h.numa = {cell(0, 0, 2)};
  })});
  auto request = with_devices({}, {{4, 0, 1024}});
  for (int i = 0; i < 2; ++i) {
    request.instance_id = "i" + std::to_string(i);
    const auto choice = cloud.pick(request);
    ASSERT_TRUE(choice) << i;
    cloud.apply(choice->allocation);
  }
  expect_verdict(cloud, request, Filter::numa_topology, false, "8 of 8 CPUs are taken");
}

TEST(Packing, LeavesDevicesToWhoNeedsThem) {
  auto cloud = cloud_of({host("a", [](Host& h) { h.pci = {pool("a", 1)}; }), host("b")});
  EXPECT_EQ(picked(cloud, small()), "b");
  EXPECT_EQ(picked(cloud, with_devices({devices("a", 1)})), "a");
}

}  // namespace
}  // namespace virga::scheduler
