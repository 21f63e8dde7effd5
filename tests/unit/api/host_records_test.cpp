// SPDX-License-Identifier: Apache-2.0
// What hosts are told, and what their reports change.
#include "api/agent-link/host_records.h"

#include <algorithm>

#include "api/network/port_allocation.h"
#include "db/model/instance_status.h"
#include "db/store/image_cache.h"
#include "tests/unit/api/cloud_fixture.h"

namespace virga::agent_link {
namespace {

using model::ObservedInstance;
using model::PowerState;
using model::PowerVerb;
using model::PowerWish;
using test::WriteTx;

class HostRecords : public test::CloudTest {
 protected:
  HostRecords() {
    add_host("h1", 1 << 20);
    add_network();
    db_.subscribe([this](const store::Change& c) { heard_.push_back(c.topic + " " + c.key); });
    id_ = created();
  }
  ObservedInstance seen(PowerState power) {
    const auto i = instance(id_);
    return {id_, i.generation, i.run_epoch, i.disks.number, power, false, "", "", false, 0, 0};
  }
  void report(const ObservedInstance& o, const std::string& host = "h1") {
    model::ObservedHost observed;
    observed.memory_mib = 1 << 20;
    observed.vcpus = 16;
    observed.disk_gib = 4000;
    observed.instances = {o};
    db_.write([&](WriteTx& tx) { record_observed(tx, host, observed, clock_.now_us()); });
  }
  /// A report of no instance, with a look at the cache.
  void hold(const std::string& host, const std::vector<model::ObservedBase>& bases) {
    model::ObservedHost observed;
    observed.bases = bases;
    db_.write([&](WriteTx& tx) { record_observed(tx, host, observed, clock_.now_us()); });
  }
  std::vector<store::image_cache::CachedImage> cached() {
    return db_.read(
        [&](store::ReadTx& tx) { return store::image_cache::list_cached(tx, clock_.now_us()); });
  }
  std::string_view status() { return model::derive_status(instance(id_)).status; }
  model::DesiredHost desired(const std::string& host = "h1") {
    return db_.read([&](store::ReadTx& tx) { return compile_desired(tx, host, "nova"); });
  }
  bool live() {
    return db_.read(
        [&](store::ReadTx& tx) { return store::instances::find(tx, id_, "").has_value(); });
  }
  std::string id_;
  std::vector<std::string> heard_;
};

TEST_F(HostRecords, ARunningGuestIsActive) {
  EXPECT_EQ(status(), "BUILD");
  report(seen(PowerState::running));
  EXPECT_EQ(status(), "ACTIVE");
  EXPECT_EQ(instance(id_).launched_us, clock_.now_us());
}

TEST_F(HostRecords, TheReportCountsAsASignOfLife) {
  clock_.advance_us(77);
  report(seen(PowerState::running));
  EXPECT_EQ(number("SELECT last_seen_us FROM hosts"), clock_.now_us());
}

TEST_F(HostRecords, AbsenceEndsADeleteAndFreesEverything) {
  report(seen(PowerState::running));
  EXPECT_EQ(as("ann", "DELETE", "/servers/" + id_).status, 204);
  EXPECT_EQ(number("SELECT count(*) FROM ports"), 2);
  report(seen(PowerState::absent));
  EXPECT_FALSE(live());
  EXPECT_EQ(number("SELECT count(*) FROM ports"), 0) << "the host's DHCP port goes too";
  EXPECT_EQ(number("SELECT count(*) FROM ip_allocations"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM allocations"), 0);
  EXPECT_TRUE(desired().instances.empty());
  EXPECT_EQ(heard_.back(), "host h1");
}

TEST_F(HostRecords, AbsenceBeforeADeleteEndsNothing) {
  report(seen(PowerState::absent));
  EXPECT_TRUE(live());
}

TEST_F(HostRecords, AnAbsenceReportedForAnOlderWishDoesNotEndADelete) {
  const auto before_delete = seen(PowerState::absent);
  as("ann", "DELETE", "/servers/" + id_);
  report(before_delete);
  EXPECT_TRUE(live());
}

TEST_F(HostRecords, AnAbsenceWithWorkLeftDoesNotEndADelete) {
  as("ann", "DELETE", "/servers/" + id_);
  auto o = seen(PowerState::absent);
  o.step = "cleanup";
  report(o);
  EXPECT_TRUE(live());
  o.step = "";
  o.last_error = "disk is busy";
  report(o);
  EXPECT_TRUE(live());
  o.last_error = "";
  report(o);
  EXPECT_FALSE(live());
}

TEST_F(HostRecords, AGuestThatPowersItselfOffIsWantedStopped) {
  report(seen(PowerState::running));
  auto o = seen(PowerState::shutoff);
  o.stopped_by_guest = true;
  heard_.clear();
  report(o);
  EXPECT_EQ(instance(id_).wish, PowerWish::stopped);
  EXPECT_EQ(status(), "SHUTOFF");
  EXPECT_NE(std::find(heard_.begin(), heard_.end(), "host h1"), heard_.end());
  const auto generation = instance(id_).generation;
  report(o);
  EXPECT_EQ(instance(id_).generation, generation) << "the same report again is old";
}

TEST_F(HostRecords, AnOlderRunsEndDoesNotStopTheNewRun) {
  report(seen(PowerState::running));
  auto o = seen(PowerState::shutoff);
  o.stopped_by_guest = true;
  as("ann", "POST", "/servers/" + id_ + "/action", json::object{{"reboot", {{"type", "HARD"}}}});
  report(o);
  EXPECT_EQ(instance(id_).wish, PowerWish::running) << "old generation";
  o.generation = instance(id_).generation;
  report(o);
  EXPECT_EQ(instance(id_).wish, PowerWish::running) << "old run";
}

TEST_F(HostRecords, AForeignHostChangesNothing) {
  add_host("h2");
  const auto before = instance(id_);
  as("ann", "DELETE", "/servers/" + id_);
  report(seen(PowerState::absent), "h2");
  EXPECT_TRUE(live());
  auto o = seen(PowerState::running);
  o.permanent = true;
  o.last_error = "forged";
  report(o, "h2");
  EXPECT_EQ(instance(id_).power, before.power);
  EXPECT_EQ(instance(id_).fault_code, 0);
  o.id = new_uuid();
  EXPECT_NO_THROW(report(o, "h2")) << "unknown instances are passed over";
}

TEST_F(HostRecords, AnOldGenerationIsNotTakenOver) {
  const auto old = seen(PowerState::shutoff);
  report(seen(PowerState::running));
  as("ann", "POST", "/servers/" + id_ + "/action", json::object{{"os-stop", nullptr}});
  report(seen(PowerState::running));
  report(old);
  EXPECT_EQ(instance(id_).power, PowerState::running);
}

TEST_F(HostRecords, AGenerationThatNobodyWishedIsNotTakenOver) {
  auto o = seen(PowerState::running);
  o.generation = std::int64_t{1} << 60;
  report(o);
  EXPECT_EQ(instance(id_).power, PowerState::unknown);
  report(seen(PowerState::running));
  EXPECT_EQ(status(), "ACTIVE") << "later reports are still heard";
}

TEST_F(HostRecords, APermanentFailureIsAFaultAndTheFirstOneIsKept) {
  auto o = seen(PowerState::absent);
  o.last_error = "The image is broken.";
  o.permanent = true;
  report(o);
  EXPECT_EQ(status(), "ERROR");
  EXPECT_EQ(instance(id_).fault_message, "The image is broken.");
  EXPECT_EQ(instance(id_).fault_code, 500);
  o.last_error = "Another.";
  report(o);
  EXPECT_EQ(instance(id_).fault_message, "The image is broken.");
}

TEST_F(HostRecords, APassingFailureIsNoFault) {
  auto o = seen(PowerState::absent);
  o.last_error = "Busy.";
  o.attempts = 3;
  o.next_try_us = 99;
  report(o);
  EXPECT_EQ(status(), "BUILD");
  EXPECT_EQ(instance(id_).last_error, "Busy.");
  EXPECT_EQ(instance(id_).next_try_us, 99);
}

TEST_F(HostRecords, AHostIsToldItsInstancesPortsAndNetworks) {
  add_host("h2");
  const auto d = desired();
  ASSERT_EQ(d.instances.size(), 1U);
  EXPECT_EQ(d.host_id, "h1");
  EXPECT_EQ(d.instances[0].instance.id, id_);
  EXPECT_EQ(d.instances[0].availability_zone, "nova");
  ASSERT_EQ(d.instances[0].ports.size(), 1U);
  EXPECT_EQ(d.instances[0].ports[0].fixed_ips.at(0).address, "10.0.0.10");
  ASSERT_EQ(d.networks.size(), 1U);
  EXPECT_EQ(d.networks[0].physical_network, "physnet1");
  EXPECT_EQ(d.networks[0].dhcp_port.device_id, network::dhcp_device(network_, "h1"));
  EXPECT_EQ(d.networks[0].subnets.at(0).cidr, "10.0.0.0/24");
  EXPECT_TRUE(desired("h2").instances.empty());
  EXPECT_TRUE(desired("h2").networks.empty());
}

TEST_F(HostRecords, AHostIsToldWhatToFetchAheadUntilAllHoldIt) {
  add_host("h2");
  db_.write([&](WriteTx& tx) { store::image_cache::queue(tx, image_, 1); });
  const model::DesiredBase wished{std::string(64, 'd'), "qcow2", 0};
  for (const char* host : {"h1", "h2"})
    EXPECT_EQ(desired(host).prefetch, std::vector<model::DesiredBase>{wished});
  hold("h1", {{wished.digest, "qcow2", 5, 7, 6, 1}});
  EXPECT_EQ(desired("h1").prefetch.size(), 1U);
  report(seen(PowerState::running), "h2");
  EXPECT_EQ(desired("h1").prefetch.size(), 1U) << "it has not looked";
  hold("h2", {{wished.digest, "qcow2", 5, 9, 6, 2}});
  EXPECT_TRUE(desired("h1").prefetch.empty());
  EXPECT_EQ(heard_.back(), "host h2");
  ASSERT_EQ(cached().size(), 1U);
  EXPECT_EQ(cached()[0].hits, 3);
  EXPECT_EQ(cached()[0].used_us, 9);
  report(seen(PowerState::running), "h2");
  EXPECT_EQ(cached()[0].hits, 3) << "it did not look again";
}

TEST_F(HostRecords, ASilentHostIsNotWaitedFor) {
  add_host("h2");
  db_.write([&](WriteTx& tx) { store::image_cache::queue(tx, image_, 1); });
  clock_.advance_us(31 * kSecondUs);
  hold("h1", {{std::string(64, 'd'), "qcow2", 5, 7, 6, 0}});
  EXPECT_TRUE(desired("h1").prefetch.empty());
}

TEST_F(HostRecords, AHostIsToldWhatToDropUntilItReportsThat) {
  const std::string digest(64, 'd');
  hold("h1", {{digest, "qcow2", 5, 7, 6, 0}});
  db_.write([&](WriteTx& tx) { store::image_cache::drop(tx, *store::images::find(tx, image_)); });
  EXPECT_EQ(heard_.back(), "host h1");
  EXPECT_EQ(desired().drop, (std::vector<model::DesiredBase>{{digest, "qcow2", 5}}));
  hold("h1", {});
  EXPECT_TRUE(desired().drop.empty());
}

TEST_F(HostRecords, AHostIsToldOfADeleteUntilItConfirms) {
  as("ann", "DELETE", "/servers/" + id_);
  ASSERT_EQ(desired().instances.size(), 1U);
  EXPECT_EQ(desired().instances[0].instance.wish, PowerWish::absent);
  const model::DesiredHost back = model::desired_host_from(model::to_json(desired()));
  EXPECT_EQ(back.instances[0].instance.wish, PowerWish::absent);
}

}  // namespace
}  // namespace virga::agent_link
