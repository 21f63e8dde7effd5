// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/extra_spec_rules.h"
#include "tests/unit/api/compute_fixture.h"

namespace virga::compute {
namespace {

class ExtraSpecs : public test::ComputeTest {
 protected:
  const std::string path_ = "/flavors/small/os-extra_specs";
};

TEST_F(ExtraSpecs, AreSetShownChangedAndRemoved) {
  const json::object two{{"extra_specs", {{"k1", "v1"}, {"k2", 2}}}};
  const auto made = as("root", "POST", path_, two);
  ASSERT_EQ(made.status, 200) << made.text;
  EXPECT_EQ(made.body(), two) << "what was sent is sent back";
  EXPECT_EQ(as("ann", "GET", path_).text, R"({"extra_specs":{"k1":"v1","k2":"2"}})");
  EXPECT_EQ(as("root", "PUT", path_ + "/k1", json::object{{"k1", "new"}}).text, R"({"k1":"new"})");
  EXPECT_EQ(as("ann", "GET", path_ + "/k1").text, R"({"k1":"new"})");
  EXPECT_EQ(at(61, "ann", "GET", "/flavors/small").body().at("flavor").at("extra_specs"),
            json::value({{"k1", "new"}, {"k2", "2"}}));
  EXPECT_EQ(as("root", "DELETE", path_ + "/k1").status, 200);
  EXPECT_EQ(as("root", "DELETE", path_ + "/k1").status, 404);
  EXPECT_EQ(as("ann", "GET", path_ + "/k1").status, 404);
  EXPECT_EQ(as("root", "DELETE", "/flavors/small").status, 202) << "they go with it";
}

TEST_F(ExtraSpecs, RefuseWhatTheSchemaRefuses) {
  const auto post = [&](json::object specs) {
    return as("root", "POST", path_, json::object{{"extra_specs", std::move(specs)}}).status;
  };
  EXPECT_EQ(post({}), 200);
  EXPECT_EQ(post({{"", "v"}}), 400);
  EXPECT_EQ(post({{"a/b", "v"}}), 400);
  EXPECT_EQ(post({{std::string(256, 'k'), "v"}}), 400);
  EXPECT_EQ(post({{"k", std::string(256, 'v')}}), 400);
  EXPECT_EQ(post({{"k", nullptr}}), 400);
  EXPECT_EQ(post({{"k", json::array{}}}), 400);
  EXPECT_EQ(as("root", "POST", path_, json::object{{"k", "v"}}).status, 400);
  EXPECT_EQ(as("root", "PUT", path_ + "/a", json::object{{"b", "v"}}).status, 400);
  EXPECT_EQ(as("root", "PUT", path_ + "/a", json::object{{"a", "v"}, {"b", "v"}}).status, 400);
  EXPECT_EQ(as("root", "PUT", path_ + "/a", json::object{}).status, 400);
  EXPECT_EQ(as("ann", "POST", path_, json::object{{"extra_specs", {{"k", "v"}}}}).status, 403);
  EXPECT_EQ(as("ann", "GET", "/flavors/secret/os-extra_specs").status, 404);
  EXPECT_EQ(as("root", "POST", "/flavors/none/os-extra_specs",
               json::object{{"extra_specs", {{"k", "v"}}}})
                .status,
            404);
}

TEST_F(ExtraSpecs, AreCheckedFrom286On) {
  const json::object bad{{"extra_specs", {{"hw:numa_nodes", "many"}}}};
  EXPECT_EQ(status_at(85, "root", "POST", path_, bad), 200);
  EXPECT_EQ(status_at(86, "root", "POST", path_, bad), 400);
  EXPECT_EQ(
      status_at(86, "root", "PUT", path_ + "/hw:numa_nodes", json::object{{"hw:numa_nodes", "0"}}),
      400);
  EXPECT_EQ(status_at(86, "root", "POST", path_,
                      json::object{{"extra_specs", {{"hw:numa_nodes", 2}, {"mine:x", "y"}}}}),
            200);
}

using Pair = std::pair<std::string, std::string>;

TEST(ExtraSpecRules, TakeWhatIsKnown) {
  for (const auto& [name, value] : std::vector<Pair>{{"anything", "goes"},
                                                     {"custom:thing", "goes"},
                                                     {"hide_hypervisor_id", "true"},
                                                     {"group_policy", "isolate"},
                                                     {"hw:cpu_policy", "mixed"},
                                                     {"hw:cpu_dedicated_mask", "^0,2-4,^3"},
                                                     {"hw:mem_page_size", "2MB"},
                                                     {"hw:mem_page_size", "1048576"},
                                                     {"hw:mem_page_size", "large"},
                                                     {"hw:numa_cpus.0", "0-3,5"},
                                                     {"hw:numa_mem.12", "512"},
                                                     {"hw:pmem", "4GB,16GB"},
                                                     {"hw_rng:allowed", "Yes"},
                                                     {"os:monitors", "8"},
                                                     {"pci_passthrough:alias", "gpu:1, nic:2"},
                                                     {"quota:cpu_quota", "-1"},
                                                     {"quota:disk_read_iops_sec", "100"},
                                                     {"resources:VCPU", "2"},
                                                     {"resources_1:CUSTOM_GOLD", "1"},
                                                     {"trait:HW_CPU_X86_AVX2", "required"},
                                                     {"traitX:CUSTOM_A", "forbidden"},
                                                     {"aggregate_instance_extra_specs:ssd", "true"},
                                                     {"capabilities:cpu_info:arch", "x86_64"},
                                                     {"capabilities:free_ram_mb", ">= 1"}})
    EXPECT_NO_THROW(require_extra_spec(name, value)) << name << "=" << value;
}

TEST(ExtraSpecRules, RefuseTheRest) {
  for (const auto& [name, value] : std::vector<Pair>{{"hide_hypervisor_id", "maybe"},
                                                     {"group_policy", "isolate none"},
                                                     {"hw:colour", "red"},
                                                     {"hw:cpu_policy", "Mixed"},
                                                     {"hw:cpu_dedicated_mask", "0,"},
                                                     {"hw:cpu_dedicated_mask", "a"},
                                                     {"hw:mem_page_size", "2 MB"},
                                                     {"hw:numa_cpus.x", "0"},
                                                     {"hw:numa_cpus.", "0"},
                                                     {"hw:numa_nodes", "0"},
                                                     {"hw:numa_nodes", ""},
                                                     {"hw:pmem", "a,,b"},
                                                     {"os:monitors", "9"},
                                                     {"pci_passthrough:alias", "gpu"},
                                                     {"pci_passthrough:alias", "gpu:1 nic:2"},
                                                     {"quota:cpu_shares", "-1"},
                                                     {"quota:nothing", "1"},
                                                     {"resources:vcpu", "1"},
                                                     {"resources:VCPU", "two"},
                                                     {"trait:HW_CPU", "yes"},
                                                     {"aggregate_instance_extra_specs:", "x"},
                                                     {"capabilities:cpu_info:", "x"}})
    EXPECT_EQ(test::kind_of([&] { require_extra_spec(name, value); }), ErrorKind::invalid)
        << name << "=" << value;
}

}  // namespace
}  // namespace virga::compute
