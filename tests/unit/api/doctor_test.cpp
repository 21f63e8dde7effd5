// SPDX-License-Identifier: Apache-2.0
#include "db/store/allocations.h"
#include "db/store/host_strays.h"
#include "db/store/ports.h"
#include "tests/unit/api/virga_fixture.h"

namespace virga::own {
namespace {

class DoctorTest : public VirgaTest {
 protected:
  DoctorTest() {
    add_host("h1");
    add_network();
    id_ = created();
  }

  static std::string kinds(const json::value& findings) {
    std::string out;
    for (const auto& f : findings.as_array())
      out +=
          std::string(f.at("kind").as_string()) + (f.at("fixable").as_bool() ? " (fixable) " : " ");
    return out;
  }
  std::string found() {
    const test::Reply r = ask("root", "GET", "/doctor");
    EXPECT_EQ(r.status, 200) << r.text;
    return kinds(r.body().at("findings"));
  }
  /// What was fixed | what is left.
  std::string fixed() {
    const test::Reply r = ask("root", "POST", "/doctor/fix", "{}");
    EXPECT_EQ(r.status, 200) << r.text;
    const json::value body = r.body();
    return kinds(body.at("fixed")) + "| " + kinds(body.at("findings"));
  }
  void change(std::string_view literal) {
    db_.write([&](WriteTx& tx) { tx.exec(literal); });
  }

  std::string id_;
};

TEST_F(DoctorTest, ASoundCloudHasNoFindings) {
  EXPECT_EQ(found(), "");
  EXPECT_EQ(fixed(), "| ");
}

TEST_F(DoctorTest, AMissingAllocationIsMadeAgain) {
  const auto before = db_.read([](ReadTx& tx) { return store::allocations::used_by_host(tx); });
  change("DELETE FROM allocations");
  const std::string sums =
      "usage_differs (fixable) usage_differs (fixable) usage_differs (fixable) ";
  EXPECT_EQ(found(), "instance_without_allocation (fixable) " + sums);
  EXPECT_EQ(fixed(), "instance_without_allocation (fixable) " + sums + "| ");
  const auto after = db_.read([](ReadTx& tx) { return store::allocations::used_by_host(tx); });
  EXPECT_EQ(after.at("h1").memory_mib, before.at("h1").memory_mib);
  EXPECT_EQ(after.at("h1").disk_gib, before.at("h1").disk_gib);
  EXPECT_EQ(after.at("h1").vcpus, before.at("h1").vcpus);
}

TEST_F(DoctorTest, AnAllocationOfOtherAmountsIsMadeRight) {
  change("UPDATE allocations SET used = used + 1 WHERE resource_class = 'MEMORY_MB'");
  EXPECT_EQ(fixed(), "allocation_differs (fixable) usage_differs (fixable) | ");
  EXPECT_EQ(number("SELECT used FROM allocations WHERE resource_class = 'MEMORY_MB'"), 1024);
  EXPECT_EQ(number("SELECT used FROM inventories WHERE resource_class = 'MEMORY_MB'"), 1024);
}

TEST_F(DoctorTest, AnAllocationOfNobodyIsTakenAway) {
  change("UPDATE instances SET deleted_us = 1");
  EXPECT_EQ(found(), "allocation_without_instance (fixable) port_without_instance (fixable) ");
  EXPECT_EQ(fixed(),
            "allocation_without_instance (fixable) port_without_instance (fixable) | "
            "dhcp_port_unneeded (fixable) ");
  EXPECT_EQ(fixed(), "dhcp_port_unneeded (fixable) | ");
  EXPECT_EQ(number("SELECT count(*) FROM allocations"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM ports"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM ip_allocations"), 0);
}

TEST_F(DoctorTest, APortOnAnotherHostIsOnlyTold) {
  add_host("h2");
  change("UPDATE ports SET host_id = 'h2' WHERE device_owner = 'compute:nova'");
  EXPECT_NE(found().find("port_on_another_host "), std::string::npos);
  EXPECT_NE(fixed().find("| port_on_another_host "), std::string::npos);
}

TEST_F(DoctorTest, AnAddressThatWasGivenTwiceIsTold) {
  change(
      "INSERT INTO subnets SELECT 'twin', network_id, project_id, name, description, cidr,"
      " gateway_ip, enable_dhcp, created_us, updated_us FROM subnets");
  change("INSERT INTO ip_allocations SELECT 'twin', address, port_id FROM ip_allocations LIMIT 1");
  EXPECT_EQ(found(), "address_double ");
}

TEST_F(DoctorTest, AnImageWithoutItsBytesIsTold) {
  db_.write([&](WriteTx& tx) { store::images::add_location(tx, image_, "local"); });
  EXPECT_EQ(found(), "image_file_missing ");
  db_.write([&](WriteTx& tx) {
    store::images::remove_location(tx, image_, "local");
    store::images::add_location(tx, image_, "store-that-is-no-more");
  });
  EXPECT_EQ(found(), "image_file_missing ");
}

TEST_F(DoctorTest, AnImageThatIsThereIsNot) {
  auto upload = stores_.begin_upload({1 << 20, {}, false, false});
  upload->write(std::string(4096, '\0'));
  const std::string digest = upload->commit("raw").digest;
  db_.write([&](WriteTx& tx) {
    tx.exec("UPDATE images SET digest = $1", digest);
    store::images::add_location(tx, image_, "local");
  });
  EXPECT_EQ(found(), "");
  stores_.remove(digest);
  EXPECT_EQ(found(), "image_file_missing ");
}

TEST_F(DoctorTest, WhatAHostHasAndShouldNotIsTold) {
  add_host("h2");
  const auto report = [&](const std::string& host, const std::vector<std::string>& ids) {
    db_.write([&](WriteTx& tx) { store::host_strays::replace(tx, host, ids, 1); });
  };
  report("h1", {id_, "unknown"});
  EXPECT_EQ(found(), "stray_on_host ") << "what just came to the host is no stray";
  report("h2", {id_});
  EXPECT_EQ(found(), "stray_on_host stray_on_host ");
  report("h1", {});
  report("h2", {});
  EXPECT_EQ(found(), "");
}

TEST_F(DoctorTest, ASilentHostIsTold) {
  clock_.advance_us(31 * kSecondUs);
  EXPECT_EQ(found(), "host_silent ");
}

TEST_F(DoctorTest, AnInstanceThatItsHostIgnoresIsTold) {
  clock_.advance_us(119 * kSecondUs);
  heard_of("h1");
  EXPECT_EQ(found(), "");
  clock_.advance_us(2 * kSecondUs);
  heard_of("h1");
  EXPECT_EQ(found(), "instance_not_reported ");
}

TEST_F(DoctorTest, ItIsForAdministrators) {
  EXPECT_EQ(ask("ann", "GET", "/doctor").status, 403);
  EXPECT_EQ(ask("ann", "POST", "/doctor/fix", "{}").status, 403);
  EXPECT_EQ(ask("nobody", "GET", "/doctor").status, 401);
}

TEST_F(DoctorTest, ItTakesNothingButAnEmptyObject) {
  EXPECT_EQ(ask("root", "POST", "/doctor/fix", "").status, 200);
  EXPECT_EQ(ask("root", "POST", "/doctor/fix", "[]").status, 400);
  EXPECT_EQ(ask("root", "POST", "/doctor/fix", R"({"kinds": []})").status, 400);
}

}  // namespace
}  // namespace virga::own
