// SPDX-License-Identifier: Apache-2.0
// Allocations, the reshaper, and hosts and instances as Placement sees them.
#include "db/store/allocations.h"
#include "db/store/inventories.h"
#include "tests/unit/api/placement_fixture.h"

namespace virga::test {
namespace {

class PlacementAllocations : public PlacementTest {
 protected:
  PlacementAllocations() {
    id_ = provider("a", R"({"VCPU": {"total": 4}, "DISK_GB": {"total": 9,
                                                   "min_unit": 3, "max_unit": 6, "step_size": 3}})");
  }
  /// The sums that inventories keep are those of the allocations.
  void expect_sums() {
    EXPECT_EQ(number("SELECT count(*) FROM inventories i WHERE used <> (SELECT"
                     " coalesce(sum(a.used), 0) FROM allocations a WHERE"
                     " a.provider_id = i.provider_id AND a.resource_class = i.resource_class)"),
              0);
  }
  std::int64_t used(const std::string& name) {
    return root("1.0", "GET /resource_providers/" + id_ + "/usages")
        .body()
        .at("usages")
        .at(name)
        .as_int64();
  }
  std::string id_;
  const std::string consumer_ = new_uuid();
};

TEST_F(PlacementAllocations, AreWrittenInTheFormOfTheVersion) {
  const std::string path = "/allocations/" + consumer_;
  const std::string list = R"("allocations": [{"resource_provider": {"uuid": ")" + id_ +
                           R"("}, "resources": {"VCPU": 1}}])";
  EXPECT_EQ(root("1.0", "PUT " + path, "{" + list + "}").status, 204);
  EXPECT_EQ(root("1.11", "GET " + path).text,
            R"({"allocations":{")" + id_ + R"(":{"resources":{"VCPU":1},"generation":2}}})");
  EXPECT_EQ(root("1.8", "PUT " + path, "{" + list + "}").status, 400) << "whose?";
  EXPECT_EQ(
      root("1.8", "PUT " + path, "{" + list + R"(, "project_id": "p1", "user_id": "u1"})").status,
      204);
  const std::string object = R"({"allocations": )" + of(id_, R"({"VCPU": 2})") +
                             R"(, "project_id": "p1", "user_id": "u1")";
  EXPECT_EQ(root("1.11", "PUT " + path, object + "}").status, 400);
  EXPECT_EQ(root("1.12", "PUT " + path, object + "}").status, 204);
  EXPECT_EQ(root("1.12", "GET " + path).body().at("project_id"), "p1");
  EXPECT_EQ(root("1.28", "PUT " + path, object + "}").status, 400);
  EXPECT_EQ(root("1.28", "GET " + path).body().at("consumer_generation"), 3);
  const Reply late = root("1.28", "PUT " + path, object + R"(, "consumer_generation": 2})");
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(code_of(late), "placement.concurrent_update");
  EXPECT_EQ(root("1.28", "PUT " + path, object + R"(, "consumer_generation": 3})").status, 204);
  EXPECT_EQ(root("1.38", "GET " + path).body().at("consumer_type"), "unknown");
  EXPECT_EQ(allocate(consumer_, "4", of(id_, R"({"VCPU": 2})")).status, 204);
  EXPECT_EQ(root("1.38", "GET " + path).body().at("consumer_type"), "INSTANCE");
  EXPECT_EQ(allocate(consumer_, "5", "{}").status, 204);
  EXPECT_EQ(root("1.38", "GET " + path).text, R"({"allocations":{}})");
  EXPECT_EQ(number("SELECT count(*) FROM consumers"), 0);
  expect_sums();
}

TEST_F(PlacementAllocations, FitOrChangeNothing) {
  EXPECT_EQ(allocate(consumer_, "null", of(id_, R"({"VCPU": 3, "DISK_GB": 3})")).status, 204);
  const std::string other = new_uuid();
  const std::pair<std::string, int> wrong[] = {
      {of(id_, R"({"VCPU": 2})"), 409},         // there is 1
      {of(id_, R"({"DISK_GB": 1})"), 409},      // less than the least
      {of(id_, R"({"DISK_GB": 9})"), 409},      // more than the most
      {of(id_, R"({"DISK_GB": 4})"), 409},      // not a step
      {of(id_, R"({"MEMORY_MB": 1})"), 409},    // it has none
      {of(id_, R"({"CUSTOM_NONE": 1})"), 400},  // nobody knows it
      {of(new_uuid(), R"({"VCPU": 1})"), 400},  // nobody knows the provider
      {of(id_, R"({"VCPU": 0})"), 400},        {of(id_, "{}"), 400},
      {of("x", R"({"VCPU": 1})"), 400},
  };
  for (const auto& [allocations, status] : wrong) {
    const Reply r = allocate(other, "null", allocations);
    EXPECT_EQ(r.status, status) << allocations << " " << r.text;
  }
  EXPECT_EQ(allocate(other, "1", of(id_, R"({"VCPU": 1})")).status, 409) << "it is new";
  EXPECT_EQ(allocate("x", "null", of(id_, R"({"VCPU": 1})")).status, 400);
  EXPECT_EQ(number("SELECT count(*) FROM consumers"), 1);
  EXPECT_EQ(used("VCPU"), 3);
  EXPECT_EQ(allocate(consumer_, "1", of(id_, R"({"VCPU": 4})")).status, 204)
      << "its own do not stand in its way";
  EXPECT_EQ(used("DISK_GB"), 0);
  EXPECT_EQ(root("1.0", "DELETE /allocations/" + consumer_).status, 204);
  EXPECT_EQ(root("1.0", "DELETE /allocations/" + consumer_).status, 404);
  EXPECT_EQ(used("VCPU"), 0);
  expect_sums();
}

TEST_F(PlacementAllocations, OfSeveralConsumersChangeTogether) {
  ASSERT_EQ(allocate(consumer_, "null", of(id_, R"({"VCPU": 4})")).status, 204);
  const std::string other = new_uuid();
  const auto post = [&](const std::string& amount) {
    const std::string owner = R"(, "project_id": "p1", "user_id": "u1"})";
    return root("1.13", "POST /allocations",
                "{\"" + consumer_ + R"(": {"allocations": {})" + owner + ", \"" + other +
                    R"(": {"allocations": )" + of(id_, R"({"VCPU": )" + amount + "}") + owner + "}")
        .status;
  };
  EXPECT_EQ(post("5"), 409);
  EXPECT_EQ(used("VCPU"), 4) << "nothing has changed";
  EXPECT_EQ(post("3"), 204);
  EXPECT_EQ(root("1.0", "GET /allocations/" + consumer_).text, R"({"allocations":{}})");
  EXPECT_EQ(root("1.0", "GET /resource_providers/" + id_ + "/allocations")
                .body()
                .at("allocations")
                .at(other)
                .at("resources")
                .at("VCPU"),
            3);
  EXPECT_EQ(root("1.12", "POST /allocations", "{}").status, 404);
  EXPECT_EQ(root("1.13", "POST /allocations", "{}").status, 400);
  expect_sums();
}

TEST_F(PlacementAllocations, AreSummedByProject) {
  allocate(consumer_, "null", of(id_, R"({"VCPU": 1})"));
  allocate(new_uuid(), "null", of(id_, R"({"VCPU": 2})"));
  EXPECT_EQ(root("1.9", "GET /usages?project_id=p1").text, R"({"usages":{"VCPU":3}})");
  EXPECT_EQ(root("1.9", "GET /usages?project_id=p1&user_id=u2").text, R"({"usages":{}})");
  EXPECT_EQ(root("1.38", "GET /usages?project_id=p1").text,
            R"({"usages":{"INSTANCE":{"VCPU":3,"consumer_count":2}}})");
  EXPECT_EQ(root("1.38", "GET /usages?project_id=p1&consumer_type=all").text,
            R"({"usages":{"all":{"VCPU":3,"consumer_count":2}}})");
  EXPECT_EQ(root("1.38", "GET /usages?project_id=p1&consumer_type=unknown").text,
            R"({"usages":{}})");
  EXPECT_EQ(root("1.9", "GET /usages").status, 400);
  EXPECT_EQ(root("1.9", "GET /usages?project_id=p1&consumer_type=all").status, 400);
  EXPECT_EQ(ask("1.9", "reader", "GET /usages?project_id=p1").status, 200) << "his own";
  EXPECT_EQ(ask("1.9", "bob", "GET /usages?project_id=p1").status, 403);
}

TEST_F(PlacementAllocations, MoveWithTheirInventory) {
  ASSERT_EQ(allocate(consumer_, "null", of(id_, R"({"VCPU": 2, "DISK_GB": 3})")).status, 204);
  const std::string child = provider("child", "{}", id_);
  const auto reshape = [&](const std::string& generation) {
    return root(
        "1.30", "POST /reshaper",
        R"({"inventories": {")" + id_ + R"(": {"resource_provider_generation": )" + generation +
            R"(, "inventories": {"VCPU": {"total": 4}}}, ")" + child +
            R"(": {"resource_provider_generation": 1, "inventories": {"DISK_GB": {"total": 9}}}},
        "allocations": {")" +
            consumer_ + R"(": {"allocations": {")" + id_ + R"(": {"resources": {"VCPU": 2}}, ")" +
            child +
            R"(": {"resources": {"DISK_GB": 3}}}, "project_id": "p1", "user_id": "u1",
        "consumer_generation": 1}}})");
  };
  const Reply late = reshape("1");
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(code_of(late), "placement.concurrent_update");
  const Reply r = reshape("2");
  EXPECT_EQ(r.status, 204) << r.text;
  EXPECT_EQ(root("1.0", "GET /resource_providers/" + id_ + "/inventories")
                .body()
                .at("inventories")
                .as_object()
                .size(),
            1U);
  EXPECT_EQ(root("1.0", "GET /allocations/" + consumer_)
                .body()
                .at("allocations")
                .at(child)
                .at("resources")
                .at("DISK_GB"),
            3);
  expect_sums();
}

TEST_F(PlacementAllocations, AHostIsAProviderAndAnInstanceItsConsumer) {
  const std::string host = new_uuid();
  add_host(host);
  add_network();
  const json::value shown = root("1.14", "GET /resource_providers/" + host).body();
  EXPECT_EQ(shown.at("name"), json::string("name-of-" + host));
  const json::value inventories =
      root("1.0", "GET /resource_providers/" + host + "/inventories").body().at("inventories");
  EXPECT_EQ(inventories.at("VCPU").at("allocation_ratio").as_double(), 4.0);
  EXPECT_EQ(inventories.at("MEMORY_MB").at("reserved"), 512);
  const std::string server = created();
  const json::value allocations = root("1.38", "GET /allocations/" + server).body();
  EXPECT_EQ(json::serialize(allocations.at("allocations").at(host).at("resources")),
            R"({"DISK_GB":10,"MEMORY_MB":1024,"VCPU":1})");
  EXPECT_EQ(allocations.at("project_id"), "p1");
  EXPECT_EQ(allocations.at("consumer_type"), "INSTANCE");
  const Reply in_use = root("1.23", "DELETE /resource_providers/" + host);
  EXPECT_EQ(in_use.status, 409);
  EXPECT_EQ(code_of(in_use), "placement.resource_provider.inuse");
  expect_sums();
  db_.write([&](WriteTx& tx) { store::allocations::erase(tx, server); });
  EXPECT_EQ(root("1.0", "GET /allocations/" + server).text, R"({"allocations":{}})");
  expect_sums();
}

TEST_F(PlacementAllocations, WhatAnAdministratorSetsOfAHostStays) {
  const std::string host = new_uuid();
  add_host(host);
  add_network();
  const std::string path = "/resource_providers/" + host + "/inventories";
  const auto vcpu = [&] { return root("1.0", "GET " + path + "/VCPU").body(); };
  const Reply r = root("1.0", "PUT " + path + "/VCPU",
                       R"({"resource_provider_generation": )" + std::to_string(generation(host)) +
                           R"(, "total": 16, "reserved": 15, "allocation_ratio": 1.0})");
  ASSERT_EQ(r.status, 200) << r.text;
  model::ObservedHost seen;
  seen.vcpus = 32;
  seen.memory_mib = 8192 + 512;
  seen.disk_gib = 4000;
  db_.write([&](WriteTx& tx) {
    store::hosts::set_observed(tx, host, seen, clock_.now_us());
    store::inventories::set_defaults(tx, {200, 1024});
  });
  EXPECT_EQ(vcpu().at("total"), 32) << "the report keeps it";
  EXPECT_EQ(vcpu().at("max_unit"), 32);
  EXPECT_EQ(vcpu().at("reserved"), 15);
  EXPECT_EQ(vcpu().at("allocation_ratio").as_double(), 1.0);
  EXPECT_EQ(root("1.0", "GET " + path + "/MEMORY_MB").body().at("reserved"), 1024)
      << "nobody has set it: the configuration does";
  ASSERT_EQ(root("1.0", "PUT " + path + "/VCPU",
                 R"({"resource_provider_generation": )" + std::to_string(generation(host)) +
                     R"(, "total": 32, "reserved": 31})")
                .status,
            200);
  EXPECT_EQ(instance(created()).host_id, host);
  EXPECT_EQ(instance(created()).host_id, "") << "the scheduler goes by it";
}

TEST_F(PlacementAllocations, ADisabledHostSaysSo) {
  const std::string host = new_uuid();
  add_host(host);
  const auto traits = [&] {
    return json::serialize(
        root("1.6", "GET /resource_providers/" + host + "/traits").body().at("traits"));
  };
  EXPECT_EQ(traits(), "[]");
  db_.write([&](WriteTx& tx) { store::hosts::set_enabled(tx, host, false, ""); });
  EXPECT_EQ(traits(), R"(["COMPUTE_STATUS_DISABLED"])");
  db_.write([&](WriteTx& tx) { store::hosts::set_enabled(tx, host, true, ""); });
  EXPECT_EQ(traits(), "[]");
}

}  // namespace
}  // namespace virga::test
