// SPDX-License-Identifier: Apache-2.0
// Who could give what is asked for.
#include "tests/unit/api/placement_fixture.h"

namespace virga::test {
namespace {

class PlacementCandidates : public PlacementTest {
 protected:
  json::value candidates(const std::string& version, const std::string& query) {
    const Reply r = root(version, "GET /allocation_candidates?" + query);
    EXPECT_EQ(r.status, 200) << version << " " << query << " " << r.text;
    return r.body();
  }
  std::size_t count(const std::string& version, const std::string& query) {
    const json::value found = candidates(version, query);
    return found.at("allocation_requests").as_array().size();
  }
  /// A host with two cards, of which the second one is fast.
  void add_tree() {
    host_ = provider("host", R"({"VCPU": {"total": 8}, "MEMORY_MB": {"total": 1024}})");
    card_ = provider("card", R"({"SRIOV_NET_VF": {"total": 4}})", host_);
    fast_ = provider("fast", R"({"SRIOV_NET_VF": {"total": 2}})", host_);
    set_traits(fast_, R"(["HW_NIC_OFFLOAD_GENEVE"])");
  }
  std::string host_;
  std::string card_;
  std::string fast_;
};

TEST_F(PlacementCandidates, AreShownAsTheirVersionShowsThem) {
  const std::string id =
      provider("a", R"({"VCPU": {"total": 8, "allocation_ratio": 2.0}, "DISK_GB": {"total": 9}})");
  const std::string query = "resources=VCPU:1";
  EXPECT_EQ(json::serialize(candidates("1.10", query)),
            R"({"allocation_requests":[{"allocations":[{"resource_provider":{"uuid":")" + id +
                R"("},"resources":{"VCPU":1}}]}],"provider_summaries":{")" + id +
                R"(":{"resources":{"VCPU":{"capacity":16,"used":0}}}}})");
  EXPECT_EQ(json::serialize(candidates("1.12", query).at("allocation_requests")),
            R"([{"allocations":{")" + id + R"(":{"resources":{"VCPU":1}}}}])");
  const auto summary = [&](const char* version) {
    return candidates(version, query).at("provider_summaries").at(id).as_object();
  };
  EXPECT_TRUE(summary("1.17").contains("traits"));
  EXPECT_EQ(summary("1.26").at("resources").as_object().size(), 1U);
  EXPECT_EQ(summary("1.27").at("resources").as_object().size(), 2U);
  EXPECT_EQ(summary("1.29").at("root_provider_uuid"), json::string(id));
  EXPECT_EQ(json::serialize(
                candidates("1.34", query).at("allocation_requests").as_array()[0].at("mappings")),
            R"({"":[")" + id + R"("]})");
  EXPECT_EQ(root("1.9", "GET /allocation_candidates?" + query).status, 404);
}

TEST_F(PlacementCandidates, QueriesAreOfTheirVersion) {
  provider("a", R"({"VCPU": {"total": 8}})");
  const std::pair<const char*, std::string> wrong[] = {
      {"1.10", ""},
      {"1.10", "resources="},
      {"1.10", "resources=VCPU:1&limit=1"},
      {"1.16", "resources=VCPU:1&limit=0"},
      {"1.16", "resources=VCPU:1&required=COMPUTE_NODE"},
      {"1.17", "resources=VCPU:1&required=NOTHING"},
      {"1.17", "resources=NOTHING:1"},
      {"1.20", "resources=VCPU:1&member_of=" + new_uuid()},
      {"1.24", "resources1=VCPU:1"},
      {"1.25", "required1=COMPUTE_NODE"},
      {"1.25", "resources1=VCPU:1&resources2=VCPU:1"},
      {"1.25", "resources1=VCPU:1&group_policy=other"},
      {"1.25", "resources_A=VCPU:1"},
      {"1.30", "resources=VCPU:1&in_tree=" + new_uuid()},
      {"1.31", "resources=VCPU:1&in_tree=x"},
      {"1.34", "resources=VCPU:1&root_required=COMPUTE_NODE"},
      {"1.35", "resources=VCPU:1&root_required=COMPUTE_NODE&root_required=COMPUTE_NODE"},
      {"1.35", "resources=VCPU:1&same_subtree=_A"},
      {"1.36", "resources=VCPU:1&same_subtree=_A"},
      {"1.36", "resources=VCPU:1&required_A=COMPUTE_NODE"},
      {"1.22", "resources=VCPU:1&required=COMPUTE_NODE,!COMPUTE_NODE"},
  };
  for (const auto& [version, query] : wrong)
    EXPECT_EQ(root(version, "GET /allocation_candidates?" + query).status, 400)
        << version << " " << query;
  EXPECT_EQ(count("1.25", "resources1=VCPU:1"), 1U);
  EXPECT_EQ(count("1.33", "resources_A=VCPU:1"), 1U);
}

TEST_F(PlacementCandidates, HaveRoomTraitsAndAggregates) {
  const std::string a = provider("a", R"({"VCPU": {"total": 4}})");
  const std::string b = provider("b", R"({"VCPU": {"total": 8}})");
  const std::string aggregate = new_uuid();
  set_traits(a, R"(["HW_CPU_X86_AVX"])");
  set_aggregates(b, "[\"" + aggregate + "\"]");
  EXPECT_EQ(count("1.10", "resources=VCPU:4"), 2U);
  EXPECT_EQ(count("1.16", "resources=VCPU:4&limit=1"), 1U);
  EXPECT_EQ(count("1.10", "resources=VCPU:5"), 1U);
  EXPECT_EQ(count("1.10", "resources=VCPU:9"), 0U);
  EXPECT_EQ(count("1.17", "resources=VCPU:1&required=HW_CPU_X86_AVX"), 1U);
  EXPECT_EQ(count("1.22", "resources=VCPU:1&required=!HW_CPU_X86_AVX"), 1U);
  EXPECT_EQ(count("1.39", "resources=VCPU:1&required=in:HW_CPU_X86_AVX,HW_CPU_X86_AVX2"), 1U);
  EXPECT_EQ(count("1.21", "resources=VCPU:1&member_of=" + aggregate), 1U);
  EXPECT_EQ(count("1.32", "resources=VCPU:1&member_of=!" + aggregate), 1U);
  EXPECT_EQ(count("1.31", "resources=VCPU:1&in_tree=" + a), 1U);
  EXPECT_EQ(count("1.31", "resources=VCPU:1&in_tree=" + new_uuid()), 0U);
  EXPECT_EQ(count("1.35", "resources=VCPU:1&root_required=HW_CPU_X86_AVX"), 1U);
  EXPECT_EQ(count("1.35", "resources=VCPU:1&root_required=!HW_CPU_X86_AVX"), 1U);
  allocate(new_uuid(), "null", of(b, R"({"VCPU": 5})"));
  EXPECT_EQ(count("1.10", "resources=VCPU:4"), 1U);
}

TEST_F(PlacementCandidates, ATreeGivesWithSeveralProviders) {
  add_tree();
  const std::string query = "resources=VCPU:1,SRIOV_NET_VF:1";
  EXPECT_EQ(count("1.29", query), 2U) << "with either card";
  EXPECT_EQ(count("1.28", query), 0U) << "which knows no trees";
  EXPECT_EQ(count("1.29", query + "&required=HW_NIC_OFFLOAD_GENEVE"), 1U);
  EXPECT_EQ(count("1.29", query + "&required=!HW_NIC_OFFLOAD_GENEVE"), 1U);
  EXPECT_EQ(candidates("1.29", query).at("provider_summaries").as_object().size(), 3U);
}

TEST_F(PlacementCandidates, AGroupIsMetByOneProvider) {
  add_tree();
  EXPECT_EQ(count("1.29", "resources1=VCPU:1,SRIOV_NET_VF:1"), 0U);
  const std::string two = "resources1=SRIOV_NET_VF:1&resources2=SRIOV_NET_VF:1&group_policy=";
  EXPECT_EQ(count("1.34", two + "none"), 4U);
  EXPECT_EQ(count("1.34", two + "isolate"), 2U);
  EXPECT_EQ(count("1.29", "resources1=SRIOV_NET_VF:2&resources2=SRIOV_NET_VF:2&group_policy=none"),
            3U)
      << "the fast card has but two";
  EXPECT_EQ(count("1.29",
                  "resources=VCPU:1&resources1=SRIOV_NET_VF:1"
                  "&required1=HW_NIC_OFFLOAD_GENEVE"),
            1U);
}

TEST_F(PlacementCandidates, GroupsMayBeOfOneSubtree) {
  const std::string top = provider("top", R"({"VCPU": {"total": 8}})");
  const std::string left = provider("left", R"({"MEMORY_MB": {"total": 8}})", top);
  const std::string right = provider("right", R"({"MEMORY_MB": {"total": 8}})", top);
  provider("left-card", R"({"VGPU": {"total": 1}})", left);
  provider("right-card", R"({"VGPU": {"total": 1}})", right);
  set_traits(left, R"(["HW_NUMA_ROOT"])");
  set_traits(right, R"(["HW_NUMA_ROOT"])");
  const std::string query = "resources_M=MEMORY_MB:1&resources_G=VGPU:1&group_policy=none";
  EXPECT_EQ(count("1.36", query), 4U);
  EXPECT_EQ(count("1.36", query + "&same_subtree=_M,_G"), 2U);
  EXPECT_EQ(count("1.36", query + "&required_N=HW_NUMA_ROOT&same_subtree=_M,_G,_N"), 2U)
      << "a group without resources";
}

TEST_F(PlacementCandidates, AProviderMaySharesWhatItHas) {
  const std::string aggregate = new_uuid();
  const std::string host = provider("host", R"({"VCPU": {"total": 8}})");
  const std::string lonely = provider("lonely", R"({"VCPU": {"total": 8}})");
  const std::string share = provider("share", R"({"DISK_GB": {"total": 100}})");
  set_traits(share, R"(["MISC_SHARES_VIA_AGGREGATE"])");
  set_aggregates(host, "[\"" + aggregate + "\"]");
  set_aggregates(share, "[\"" + aggregate + "\"]");
  const json::value found = candidates("1.29", "resources=VCPU:1,DISK_GB:10");
  ASSERT_EQ(found.at("allocation_requests").as_array().size(), 1U);
  const auto& allocations =
      found.at("allocation_requests").as_array()[0].at("allocations").as_object();
  EXPECT_TRUE(allocations.contains(host));
  EXPECT_TRUE(allocations.contains(share));
  EXPECT_EQ(found.at("provider_summaries").as_object().size(), 2U);
  EXPECT_EQ(count("1.29", "resources=VCPU:1&resources1=DISK_GB:10"), 1U);
}

}  // namespace
}  // namespace virga::test
