// SPDX-License-Identifier: Apache-2.0
// Resource providers, inventories, usages, traits, classes and aggregates.
#include "tests/unit/api/placement_fixture.h"

namespace virga::test {
namespace {

class PlacementProviders : public PlacementTest {
 protected:
  std::size_t count(const std::string& version, const std::string& query) {
    const Reply r = root(version, "GET /resource_providers?" + query);
    EXPECT_EQ(r.status, 200) << r.text;
    return r.body().at("resource_providers").as_array().size();
  }
  std::string links(const std::string& version, const std::string& id) {
    const json::value body = root(version, "GET /resource_providers/" + id).body();
    std::string text;
    for (const auto& link : body.at("links").as_array())
      text += std::string(link.at("rel").as_string()) + " ";
    return text;
  }
};

TEST_F(PlacementProviders, TheVersionDocumentIsOpenAndTheRestIsForAdministrators) {
  const Reply r = call(router_, "GET", "/placement/");
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.text, R"({"versions":[{"id":"v1.0","max_version":"1.39","min_version":"1.0",)"
                    R"("status":"CURRENT","links":[{"rel":"self","href":""}]}]})");
  EXPECT_EQ(r.header("OpenStack-API-Version"), "placement 1.0");
  EXPECT_EQ(call(router_, "GET", "/placement/resource_providers").status, 401);
  EXPECT_EQ(ask("1.6", "ann", "GET /traits").status, 403);
  EXPECT_EQ(root("1.5", "GET /traits").status, 404) << "it came later";
}

TEST_F(PlacementProviders, RefusalsHaveTheServicesForm) {
  const json::value lost = root("1.22", "GET /resource_providers/" + new_uuid()).body();
  EXPECT_EQ(error_of(lost).at("status"), 404);
  EXPECT_EQ(error_of(lost).at("title"), "Not Found");
  EXPECT_FALSE(error_of(lost).contains("code"));
  EXPECT_TRUE(error_of(lost).contains("request_id"));
  EXPECT_EQ(code_of(root("1.23", "GET /resource_providers/" + new_uuid())),
            "placement.undefined_code");
  const Reply late = root("1.99", "GET /resource_providers");
  EXPECT_EQ(late.status, 406);
  const json::value body = late.body();
  EXPECT_EQ(error_of(body).at("max_version"), "1.39");
  EXPECT_EQ(root("x", "GET /resource_providers").status, 400);
}

TEST_F(PlacementProviders, AreMadeShownRenamedAndDeleted) {
  const std::string id = new_uuid();
  const std::string body = R"({"name": "a", "uuid": ")" + id + "\"}";
  Reply r = root("1.0", "POST /resource_providers", body);
  EXPECT_EQ(r.status, 201);
  EXPECT_EQ(r.text, "");
  EXPECT_EQ(r.header("Location"), "http://cloud:8774/placement/resource_providers/" + id);
  r = root("1.23", "POST /resource_providers", body);
  EXPECT_EQ(r.status, 409);
  EXPECT_EQ(code_of(r), "placement.duplicate_name");
  EXPECT_EQ(links("1.0", id), "self inventories usages ");
  EXPECT_EQ(links("1.11", id), "self inventories usages aggregates traits allocations ");
  r = root("1.14", "GET /resource_providers/" + id);
  EXPECT_TRUE(r.body().at("parent_provider_uuid").is_null());
  EXPECT_EQ(r.body().at("root_provider_uuid"), json::string(id));
  EXPECT_EQ(r.header("Last-Modified"), "");
  r = root("1.15", "GET /resource_providers/" + id);
  EXPECT_EQ(r.header("Last-Modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(r.header("Cache-Control"), "no-cache");
  EXPECT_EQ(root("1.0", "PUT /resource_providers/" + id, R"({"name": "b"})").body().at("name"),
            "b");
  EXPECT_EQ(count("1.0", "name=b"), 1U);
  EXPECT_EQ(root("1.0", "DELETE /resource_providers/" + id).status, 204);
  EXPECT_EQ(root("1.0", "DELETE /resource_providers/" + id).status, 404);
  for (const char* wrong : {"{}", R"({"name": 1})", R"({"name": "c", "uuid": "x"})", "[]", "{",
                            R"({"name": "c", "parent_provider_uuid": null})", R"({"name": ""})"})
    EXPECT_EQ(root("1.0", "POST /resource_providers", wrong).status, 400) << wrong;
}

TEST_F(PlacementProviders, MakeTrees) {
  const std::string top = provider("top");
  const std::string middle = provider("middle", "{}", top);
  const std::string leaf = provider("leaf", "{}", middle);
  const std::string other = provider("other");
  EXPECT_EQ(root("1.14", "GET /resource_providers/" + leaf).body().at("root_provider_uuid"),
            json::string(top));
  EXPECT_EQ(count("1.14", "in_tree=" + middle), 3U);
  EXPECT_EQ(count("1.14", "in_tree=" + new_uuid()), 0U);
  const Reply parent = root("1.23", "DELETE /resource_providers/" + top);
  EXPECT_EQ(parent.status, 409);
  EXPECT_EQ(code_of(parent), "placement.resource_provider.cannot_delete_parent");
  const auto move = [&](const std::string& version, const std::string& id, const std::string& to) {
    return root(version, "PUT /resource_providers/" + id,
                R"({"name": "m", "parent_provider_uuid": )" + to + "}")
        .status;
  };
  EXPECT_EQ(move("1.36", middle, "\"" + other + "\""), 400);
  EXPECT_EQ(move("1.36", middle, "null"), 400);
  EXPECT_EQ(move("1.37", middle, "\"" + leaf + "\""), 400) << "a loop";
  EXPECT_EQ(move("1.37", middle, "\"" + new_uuid() + "\""), 400);
  EXPECT_EQ(move("1.37", middle, "\"" + other + "\""), 200);
  EXPECT_EQ(count("1.14", "in_tree=" + other), 3U);
  EXPECT_EQ(move("1.37", middle, "null"), 200);
  EXPECT_EQ(count("1.14", "in_tree=" + leaf), 2U);
}

TEST_F(PlacementProviders, AreFiltered) {
  const std::string a = provider("a", R"({"VCPU": {"total": 4}})");
  const std::string b = provider("b", R"({"VCPU": {"total": 8}})");
  const std::string one = new_uuid();
  const std::string two = new_uuid();
  set_traits(a, R"(["HW_CPU_X86_AVX", "HW_CPU_X86_SSE"])");
  set_traits(b, R"(["HW_CPU_X86_AVX"])");
  set_aggregates(a, "[\"" + one + "\"]");
  set_aggregates(b, "[\"" + one + "\", \"" + two + "\"]");
  EXPECT_EQ(count("1.4", "resources=VCPU:5"), 1U);
  EXPECT_EQ(count("1.4", "resources=VCPU:4"), 2U);
  EXPECT_EQ(count("1.18", "required=HW_CPU_X86_AVX,HW_CPU_X86_SSE"), 1U);
  EXPECT_EQ(count("1.22", "required=HW_CPU_X86_AVX,!HW_CPU_X86_SSE"), 1U);
  EXPECT_EQ(count("1.39", "required=in:HW_CPU_X86_SSE,HW_CPU_X86_AVX2"), 1U);
  EXPECT_EQ(count("1.3", "member_of=" + one), 2U);
  EXPECT_EQ(count("1.3", "member_of=in:" + two + "," + new_uuid()), 1U);
  EXPECT_EQ(count("1.24", "member_of=" + one + "&member_of=" + two), 1U);
  EXPECT_EQ(count("1.32", "member_of=!" + two), 1U);
  const std::pair<const char*, std::string> wrong[] = {
      {"1.2", "member_of=" + one},
      {"1.3", "resources=VCPU:1"},
      {"1.3", "member_of=x"},
      {"1.3", "member_of=" + one + "," + two},
      {"1.23", "member_of=" + one + "&member_of=" + two},
      {"1.31", "member_of=!" + two},
      {"1.4", "resources=VCPU"},
      {"1.4", "resources=VCPU:0"},
      {"1.4", "resources=NOTHING:1"},
      {"1.17", "required=HW_CPU_X86_AVX"},
      {"1.18", "required=NOTHING"},
      {"1.21", "required=!HW_CPU_X86_AVX"},
      {"1.38", "required=in:HW_CPU_X86_AVX"},
      {"1.18", "required="},
      {"1.0", "uuid=x"},
      {"1.0", "other=1"},
  };
  for (const auto& [version, query] : wrong)
    EXPECT_EQ(root(version, "GET /resource_providers?" + query).status, 400)
        << version << " " << query;
}

TEST_F(PlacementProviders, InventoriesAreGuardedByTheGeneration) {
  const std::string id = provider("a", R"({"VCPU": {"total": 4, "allocation_ratio": 1.5}})");
  const std::string path = "/resource_providers/" + id + "/inventories";
  const json::value vcpu = root("1.0", "GET " + path + "/VCPU").body();
  EXPECT_EQ(vcpu.at("allocation_ratio").as_double(), 1.5);
  EXPECT_EQ(vcpu.at("max_unit"), 2147483647);
  EXPECT_EQ(vcpu.at("resource_provider_generation"), 1);
  Reply r =
      root("1.23", "PUT " + path + "/VCPU", R"({"resource_provider_generation": 0, "total": 5})");
  EXPECT_EQ(r.status, 409);
  EXPECT_EQ(code_of(r), "placement.concurrent_update");
  r = root("1.0", "PUT " + path + "/VCPU", R"({"resource_provider_generation": 1, "total": 5})");
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.body().at("resource_provider_generation"), 2);
  r = root("1.0", "POST " + path, R"({"resource_class": "DISK_GB", "total": 10})");
  EXPECT_EQ(r.status, 201);
  EXPECT_EQ(r.header("Location"), "http://cloud:8774/placement" + path + "/DISK_GB");
  EXPECT_EQ(root("1.0", "POST " + path, R"({"resource_class": "DISK_GB", "total": 10})").status,
            409);
  EXPECT_EQ(root("1.0", "GET " + path + "/PCPU").status, 404);
  EXPECT_EQ(root("1.0", "DELETE " + path + "/DISK_GB").status, 204);
  EXPECT_EQ(root("1.0", "DELETE " + path + "/DISK_GB").status, 404);
  EXPECT_EQ(root("1.4", "DELETE " + path).status, 405);
  EXPECT_EQ(root("1.5", "DELETE " + path).status, 204);
  EXPECT_EQ(root("1.0", "GET " + path).text,
            R"({"resource_provider_generation":5,"inventories":{}})");
  const std::pair<const char*, const char*> wrong[] = {
      {"1.0", R"({"resource_class": "VCPU"})"},
      {"1.0", R"({"resource_class": "VCPU", "total": 0})"},
      {"1.0", R"({"resource_class": "VCPU", "total": "4"})"},
      {"1.0", R"({"resource_class": "vcpu", "total": 4})"},
      {"1.0", R"({"resource_class": "CUSTOM_NONE", "total": 4})"},
      {"1.0", R"({"resource_class": "VCPU", "total": 4, "reserved": 5})"},
      {"1.25", R"({"resource_class": "VCPU", "total": 4, "reserved": 4})"},
      {"1.0", R"({"resource_class": "VCPU", "total": 4, "other": 4})"},
  };
  for (const auto& [version, body] : wrong)
    EXPECT_EQ(root(version, "POST " + path, body).status, 400) << version << " " << body;
  EXPECT_EQ(root("1.26", "POST " + path, R"({"resource_class": "VCPU", "total": 4, "reserved": 4})")
                .status,
            201);
}

TEST_F(PlacementProviders, WhatIsUsedIsNotTakenAway) {
  const std::string id = provider("a", R"({"VCPU": {"total": 4}})");
  const std::string path = "/resource_providers/" + id;
  const std::string consumer = new_uuid();
  ASSERT_EQ(allocate(consumer, "null", of(id, R"({"VCPU": 3})")).status, 204);
  EXPECT_EQ(root("1.0", "GET " + path + "/usages").text,
            R"({"resource_provider_generation":2,"usages":{"VCPU":3}})");
  EXPECT_EQ(root("1.0", "DELETE " + path + "/inventories/VCPU").status, 409);
  const Reply all = root("1.23", "DELETE " + path + "/inventories");
  EXPECT_EQ(all.status, 409);
  EXPECT_EQ(code_of(all), "placement.inventory.inuse");
  const Reply whole = root("1.23", "DELETE " + path);
  EXPECT_EQ(whole.status, 409);
  EXPECT_EQ(code_of(whole), "placement.resource_provider.inuse");
  EXPECT_EQ(root("1.0", "PUT " + path + "/inventories",
                 R"({"resource_provider_generation": 2, "inventories": {"VCPU": {"total": 2}}})")
                .status,
            200)
      << "less than is used: nothing is taken away";
}

TEST_F(PlacementProviders, TraitsAreStandardOrCustom) {
  EXPECT_EQ(root("1.6", "PUT /traits/CUSTOM_FAST").status, 201);
  EXPECT_EQ(root("1.6", "PUT /traits/CUSTOM_FAST").status, 204);
  EXPECT_EQ(root("1.6", "PUT /traits/FAST").status, 400);
  EXPECT_EQ(root("1.6", "PUT /traits/CUSTOM_fast").status, 400);
  EXPECT_EQ(root("1.6", "GET /traits/CUSTOM_FAST").status, 204);
  EXPECT_EQ(root("1.6", "GET /traits/HW_CPU_X86_AVX2").status, 204);
  EXPECT_EQ(root("1.6", "GET /traits/CUSTOM_SLOW").status, 404);
  const auto names = [&](const std::string& query) {
    return json::serialize(root("1.6", "GET /traits?" + query).body().at("traits"));
  };
  EXPECT_EQ(names("name=startswith:CUSTOM_"), R"(["CUSTOM_FAST"])");
  EXPECT_EQ(names("name=in:CUSTOM_FAST,COMPUTE_NODE,X"), R"(["COMPUTE_NODE","CUSTOM_FAST"])");
  const std::string id = provider("a");
  EXPECT_EQ(set_traits(id, R"(["CUSTOM_FAST", "NOTHING"])").status, 400);
  const Reply r = set_traits(id, R"(["CUSTOM_FAST"])");
  EXPECT_EQ(r.text, R"({"traits":["CUSTOM_FAST"],"resource_provider_generation":2})");
  EXPECT_EQ(names("associated=true"), R"(["CUSTOM_FAST"])");
  EXPECT_EQ(root("1.6", "GET /traits?associated=yes").status, 400);
  EXPECT_EQ(root("1.6", "GET /traits?name=FAST").status, 400);
  EXPECT_EQ(root("1.6", "DELETE /traits/CUSTOM_FAST").status, 409);
  EXPECT_EQ(root("1.6", "DELETE /traits/COMPUTE_NODE").status, 400);
  EXPECT_EQ(root("1.6", "DELETE /resource_providers/" + id + "/traits").status, 204);
  EXPECT_EQ(root("1.6", "DELETE /traits/CUSTOM_FAST").status, 204);
  EXPECT_EQ(root("1.6", "DELETE /traits/CUSTOM_FAST").status, 404);
}

TEST_F(PlacementProviders, ResourceClassesAreStandardOrCustom) {
  const std::string path = "/resource_classes";
  EXPECT_EQ(root("1.2", "POST " + path, R"({"name": "CUSTOM_A"})").status, 201);
  EXPECT_EQ(root("1.2", "POST " + path, R"({"name": "CUSTOM_A"})").status, 409);
  EXPECT_EQ(root("1.2", "POST " + path, R"({"name": "A"})").status, 400);
  EXPECT_EQ(root("1.2", "PUT " + path + "/CUSTOM_A", R"({"name": "CUSTOM_B"})").body().at("name"),
            "CUSTOM_B");
  EXPECT_EQ(root("1.7", "PUT " + path + "/CUSTOM_B").status, 204);
  EXPECT_EQ(root("1.7", "PUT " + path + "/CUSTOM_C").status, 201);
  EXPECT_EQ(root("1.7", "PUT " + path + "/VCPU").status, 400);
  EXPECT_EQ(
      root("1.2", "GET " + path + "/VCPU").text,
      R"({"name":"VCPU","links":[{"rel":"self","href":"/placement/resource_classes/VCPU"}]})");
  EXPECT_EQ(root("1.2", "GET " + path).body().at("resource_classes").as_array().size(), 23U);
  provider("a", R"({"CUSTOM_C": {"total": 1}})");
  EXPECT_EQ(root("1.2", "DELETE " + path + "/CUSTOM_C").status, 409);
  EXPECT_EQ(root("1.2", "DELETE " + path + "/CUSTOM_B").status, 204);
  EXPECT_EQ(root("1.2", "DELETE " + path + "/CUSTOM_B").status, 404);
  EXPECT_EQ(root("1.2", "DELETE " + path + "/VCPU").status, 400);
  EXPECT_EQ(root("1.1", "GET " + path).status, 404);
}

TEST_F(PlacementProviders, AggregatesHaveGenerationsFrom119) {
  const std::string id = provider("a");
  const std::string path = "/resource_providers/" + id + "/aggregates";
  const std::string one = new_uuid();
  EXPECT_EQ(root("1.1", "PUT " + path, "[\"" + one + "\"]").text,
            R"({"aggregates":[")" + one + "\"]}");
  EXPECT_EQ(generation(id), 1) << "as it was";
  EXPECT_EQ(root("1.19", "PUT " + path, "[\"" + one + "\"]").status, 400);
  EXPECT_EQ(root("1.1", "PUT " + path, R"(["x"])").status, 400);
  Reply r = root("1.23", "PUT " + path, R"({"aggregates": [], "resource_provider_generation": 0})");
  EXPECT_EQ(r.status, 409);
  EXPECT_EQ(code_of(r), "placement.concurrent_update");
  r = root("1.19", "PUT " + path, R"({"aggregates": [], "resource_provider_generation": 1})");
  EXPECT_EQ(r.text, R"({"aggregates":[],"resource_provider_generation":2})");
  EXPECT_EQ(root("1.0", "GET " + path).status, 404);
}

}  // namespace
}  // namespace virga::test
