// SPDX-License-Identifier: Apache-2.0
// The way of a server to the shelf and back.
#include "tests/unit/api/snapshot_fixture.h"

#include "db/store/allocations.h"
#include "db/store/ports.h"

namespace virga::compute {
namespace {

using model::PowerState;
using model::PowerWish;
using model::Shelving;
using test::ReadTx;
using test::Reply;
using test::WriteTx;

class ServerShelve : public test::SnapshotTest {
 protected:
  void shelve() {
    EXPECT_EQ(act("shelve").status, 202);
    image_id_ = on_its_way();
    report(PowerState::shutoff);
    EXPECT_EQ(deliver(image_id_, instance(id_).host_id), 204);
  }
  void shelve_and_offload() {
    shelve();
    report(PowerState::absent);
    EXPECT_EQ(status(), "SHELVED_OFFLOADED");
  }
  std::int64_t allocations() {
    return number("SELECT count(DISTINCT consumer_id) FROM allocations");
  }
  std::vector<model::Port> ports() {
    return db_.read([&](ReadTx& tx) { return store::ports::list_of_device(tx, id_); });
  }
  std::string image_id_;
};

TEST_F(ServerShelve, FirstTheGuestEndsThenItsImageIsMadeThenItsHostForgetsIt) {
  const auto address = ports().at(0).fixed_ips.at(0).address;
  EXPECT_EQ(act("shelve").status, 202);
  const std::string image_id = on_its_way();
  EXPECT_EQ(image(image_id)->name, "web-shelved");
  EXPECT_EQ(instance(id_).wish, PowerWish::stopped);
  EXPECT_TRUE(desired("h1").snapshots.at(0).at_rest);
  EXPECT_EQ(task(), "shelving");
  report(PowerState::shutoff, {{image_id, model::SnapshotPhase::copied, 0, "", false}});
  EXPECT_EQ(task(), "shelving_image_pending_upload");
  EXPECT_EQ(deliver(image_id), 204);
  EXPECT_EQ(status(), "SHELVED");
  EXPECT_EQ(task(), "shelving_offloading");
  EXPECT_EQ(instance(id_).wish, PowerWish::absent);
  EXPECT_EQ(allocations(), 1);
  report(PowerState::absent);
  EXPECT_EQ(status(), "SHELVED_OFFLOADED");
  EXPECT_EQ(instance(id_).host_id, "");
  EXPECT_EQ(allocations(), 0);
  ASSERT_EQ(ports().size(), 1U);
  EXPECT_EQ(ports()[0].host_id, "");
  EXPECT_EQ(ports()[0].fixed_ips[0].address, address);
  EXPECT_TRUE(desired("h1").instances.empty());
  EXPECT_TRUE(desired("h1").networks.empty());
  EXPECT_EQ(act("shelve").status, 409);
  EXPECT_EQ(act("os-start").status, 409);
  EXPECT_EQ(act("createImage", {{"name", "x"}}).status, 409);
}

TEST_F(ServerShelve, OneThatComesBackIsMadeOfItsImageWhichGoesThen) {
  shelve_and_offload();
  EXPECT_EQ(act("unshelve").status, 202);
  auto i = instance(id_);
  EXPECT_FALSE(i.host_id.empty());
  EXPECT_EQ(i.image_id, image_) << "what it was made of first is shown";
  EXPECT_EQ(i.image_digest, image(image_id_)->digest);
  EXPECT_EQ(ports()[0].host_id, i.host_id);
  EXPECT_EQ(allocations(), 1);
  EXPECT_EQ(task(), "unshelving");
  EXPECT_EQ(desired(i.host_id).networks.size(), 1U);
  EXPECT_NE(desired(i.host_id).networks[0].dhcp_port.id, "");
  report(PowerState::running);
  EXPECT_EQ(status(), "ACTIVE");
  EXPECT_EQ(task(), "");
  EXPECT_FALSE(image(image_id_));
  EXPECT_EQ(instance(id_).shelving, Shelving::none);
}

TEST_F(ServerShelve, NewerClientsChooseAZoneOrAHost) {
  shelve_and_offload();
  const auto unshelve = [&](const std::string& user, const std::string& version,
                            const json::value& argument) {
    return test::call(router_, "POST", "/compute/v2.1/servers/" + id_ + "/action",
                      json::serialize(json::object{{"unshelve", argument}}),
                      {{"x-test-user", user}, {"openstack-api-version", "compute " + version}})
        .status;
  };
  const json::object zone{{"availability_zone", "nova"}};
  const json::object host{{"host", "name-of-h2"}};
  EXPECT_EQ(unshelve("ann", "2.77", json::object{}), 400);
  EXPECT_EQ(unshelve("ann", "2.77", host), 400);
  EXPECT_EQ(unshelve("ann", "2.77", {{"availability_zone", nullptr}}), 400);
  EXPECT_EQ(unshelve("ann", "2.77", {{"availability_zone", "moon"}}), 400);
  EXPECT_EQ(unshelve("ann", "2.91", host), 403);
  EXPECT_EQ(unshelve("root", "2.91", {{"host", "nobody"}}), 400);
  EXPECT_EQ(unshelve("root", "2.91", {{"host", 1}}), 400);
  EXPECT_EQ(status(), "SHELVED_OFFLOADED");
  EXPECT_EQ(unshelve("root", "2.91", host), 202);
  EXPECT_EQ(instance(id_).host_id, "h2");
  report(PowerState::running);
  shelve();
  report(PowerState::absent);
  EXPECT_EQ(unshelve("ann", "2.77", zone), 202);
  EXPECT_EQ(task(), "unshelving");
}

TEST_F(ServerShelve, AZoneIsForThoseWithoutAHost) {
  link_deps_.snapshots.offload_after_s = -1;
  shelve();
  const auto r = test::call(router_, "POST", "/compute/v2.1/servers/" + id_ + "/action",
                            R"({"unshelve":{"availability_zone":"nova"}})",
                            {{"x-test-user", "ann"}, {"openstack-api-version", "compute 2.77"}});
  EXPECT_EQ(r.status, 409) << r.text;
  EXPECT_EQ(status(), "SHELVED");
}

TEST_F(ServerShelve, WithoutRoomItStaysAndTheRecordSaysWhy) {
  shelve_and_offload();
  db_.write([](WriteTx& tx) { tx.exec("UPDATE hosts SET enabled = 0"); });
  EXPECT_EQ(act("unshelve").status, 202);
  EXPECT_EQ(status(), "SHELVED_OFFLOADED");
  EXPECT_EQ(number("SELECT count(*) FROM instance_actions WHERE action = 'unshelve'"
                   " AND message LIKE 'No valid host%'"),
            1);
  EXPECT_EQ(allocations(), 0);
}

TEST_F(ServerShelve, WithoutItsImageItIsInError) {
  shelve_and_offload();
  db_.write([&](WriteTx& tx) { store::images::erase(tx, image_id_); });
  EXPECT_EQ(act("unshelve").status, 202);
  EXPECT_EQ(status(), "ERROR");
  EXPECT_EQ(as("ann", "DELETE", "/servers/" + id_).status, 204);
  EXPECT_EQ(as("ann", "GET", "/servers/" + id_).status, 404);
}

TEST_F(ServerShelve, ItMayKeepItsDisksForSomeTime) {
  link_deps_.snapshots.offload_after_s = 60;
  shelve();
  EXPECT_EQ(status(), "SHELVED");
  EXPECT_EQ(task(), "");
  EXPECT_EQ(act("shelveOffload").status, 403) << "for administrators of the project";
  report(PowerState::shutoff);
  EXPECT_EQ(instance(id_).wish, PowerWish::stopped);
  clock_.advance_us(61 * kSecondUs);
  report(PowerState::shutoff);
  EXPECT_EQ(instance(id_).wish, PowerWish::absent);
}

TEST_F(ServerShelve, OneThatKeptItsDisksRunsFromThem) {
  link_deps_.snapshots.offload_after_s = -1;
  shelve();
  clock_.advance_us(3600 * kSecondUs);
  report(PowerState::shutoff);
  EXPECT_EQ(status(), "SHELVED");
  const auto before = instance(id_);
  EXPECT_EQ(act("unshelve").status, 202);
  EXPECT_EQ(status(), "SHELVED");
  EXPECT_EQ(task(), "unshelving");
  EXPECT_EQ(instance(id_).image_digest, before.image_digest);
  report(PowerState::running);
  EXPECT_EQ(status(), "ACTIVE");
  EXPECT_FALSE(image(image_id_));
}

TEST_F(ServerShelve, AFailedImageLeavesItStopped) {
  EXPECT_EQ(act("shelve").status, 202);
  const std::string image_id = on_its_way();
  report(PowerState::shutoff, {{image_id, model::SnapshotPhase::pending, 9, "No room.", false}});
  EXPECT_FALSE(image(image_id));
  EXPECT_EQ(status(), "SHUTOFF");
  EXPECT_EQ(task(), "");
  EXPECT_EQ(act("os-start").status, 202);
}

TEST_F(ServerShelve, ItCanBeDeletedInEachPhase) {
  EXPECT_EQ(act("shelve").status, 202);
  std::string image_id = on_its_way();
  EXPECT_EQ(as("ann", "DELETE", "/servers/" + id_).status, 204);
  EXPECT_EQ(task(), "deleting");
  EXPECT_FALSE(image(image_id));
  report(PowerState::absent);
  EXPECT_EQ(as("ann", "GET", "/servers/" + id_).status, 404);

  id_ = created("second");
  report(PowerState::running);
  shelve();  // its host is about to forget it
  EXPECT_EQ(as("ann", "DELETE", "/servers/" + id_).status, 204);
  EXPECT_EQ(task(), "deleting");
  EXPECT_FALSE(image(image_id_));
  report(PowerState::absent);
  EXPECT_EQ(as("ann", "GET", "/servers/" + id_).status, 404);

  id_ = created("third");
  report(PowerState::running);
  shelve_and_offload();
  EXPECT_EQ(as("ann", "DELETE", "/servers/" + id_).status, 204);
  EXPECT_EQ(as("ann", "GET", "/servers/" + id_).status, 404);
  EXPECT_FALSE(image(image_id_));

  id_ = created("fourth");
  report(PowerState::running);
  shelve_and_offload();
  EXPECT_EQ(act("unshelve").status, 202);
  EXPECT_EQ(as("ann", "DELETE", "/servers/" + id_).status, 204);
  report(PowerState::absent);
  EXPECT_EQ(as("ann", "GET", "/servers/" + id_).status, 404);
  EXPECT_FALSE(image(image_id_));
  EXPECT_EQ(allocations(), 0);
  EXPECT_EQ(number("SELECT count(*) FROM ports"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM instance_snapshots"), 0);
}

TEST_F(ServerShelve, ALateReportOfTheOldHostIsNotTaken) {
  shelve_and_offload();
  model::ObservedHost o;
  o.instances = {{id_, 99, 1, 1, PowerState::running, false, "", "", false, 0, 0}};
  db_.write([&](WriteTx& tx) { agent_link::record_observed(tx, "h1", o, clock_.now_us()); });
  EXPECT_EQ(status(), "SHELVED_OFFLOADED");
}

}  // namespace
}  // namespace virga::compute
