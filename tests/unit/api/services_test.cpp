// SPDX-License-Identifier: Apache-2.0
// Services, hosts and hypervisors.
#include "db/store/aggregates.h"
#include "db/store/instance_migrations.h"
#include "tests/unit/api/versioned_fixture.h"

namespace virga::test {
namespace {

const std::string kOne = "11111111-1111-4111-8111-111111111111";
const std::string kTwo = "22222222-2222-4222-8222-222222222222";

class Operators : public VersionedCloudTest {
 protected:
  Operators() {
    add_host(kOne);
    add_host(kTwo);
    db_.write([&](WriteTx& tx) { compute::note_control_services(tx, deps_); });
  }
  json::value service(const std::string& version, const std::string& host) {
    const json::value body =
        root(version, "GET /os-services?host=" + host + "&binary=nova-compute").body();
    EXPECT_EQ(body.at("services").as_array().size(), 1U);
    return body.at("services").as_array().front();
  }
  model::Migration migration(const std::string& status) {
    model::Migration m;
    m.id = new_uuid();
    m.number = ++numbers_;
    m.instance_id = new_uuid();
    m.type = "live-migration";
    m.status = status;
    m.source_host = "name-of-" + kOne;
    m.dest_host = "name-of-" + kTwo;
    m.user_id = "u";
    m.project_id = "p";
    m.created_us = numbers_ * kSecondUs;
    return m;
  }
  const std::string first_ = "name-of-" + kOne;
};

TEST_F(Operators, ServicesShowWhatTheirVersionShows) {
  const std::string keys = "binary disabled_reason host id state status updated_at zone";
  EXPECT_EQ(keys_of(service("2.10", first_)), keys);
  EXPECT_EQ(keys_of(service("2.11", first_)),
            "binary disabled_reason forced_down host id state status updated_at zone");
  EXPECT_TRUE(service("2.52", first_).at("id").is_int64());
  EXPECT_EQ(service("2.53", first_).at("id"), json::string(kOne));
  EXPECT_EQ(root("2.75", "GET /os-services?other=1").status, 400);
  EXPECT_EQ(root("2.74", "GET /os-services?other=1").status, 200);
  std::string all;
  const json::value body = root("2.1", "GET /os-services").body();
  for (const auto& s : body.at("services").as_array())
    all += std::string(s.at("binary").as_string()) + " " + std::string(s.at("zone").as_string()) +
           " " + std::string(s.at("state").as_string()) + "; ";
  EXPECT_EQ(all,
            "nova-compute nova up; nova-compute nova up; nova-scheduler internal up; "
            "nova-conductor internal up; ");
  clock_.advance_us(model::kHostSilence);
  EXPECT_EQ(service("2.1", first_).at("state"), "down");
}

TEST_F(Operators, ServicesAreChangedByVerbsBelow253) {
  const json::object named{{"host", first_}, {"binary", "nova-compute"}};
  const auto put = [&](const std::string& version, const std::string& verb, json::object body) {
    for (const auto& member : named) body.emplace(member.key(), member.value());
    return root(version, "PUT /os-services/" + verb, body);
  };
  Reply r = put("2.1", "disable-log-reason", {{"disabled_reason", "disk"}});
  EXPECT_EQ(r.text, R"({"service":{"host":")" + first_ +
                        R"(","binary":"nova-compute","status":"disabled",)"
                        R"("disabled_reason":"disk"}})");
  EXPECT_EQ(service("2.1", first_).at("disabled_reason"), "disk");
  EXPECT_EQ(put("2.1", "enable", {}).status, 200);
  EXPECT_EQ(service("2.1", first_).at("status"), "enabled");
  EXPECT_EQ(put("2.1", "disable-log-reason", {}).status, 400);
  EXPECT_EQ(put("2.1", "disable", {}).status, 200);
  EXPECT_EQ(put("2.1", "fly", {}).status, 404);
  EXPECT_EQ(put("2.1", "force-down", {}).status, 404);
  EXPECT_EQ(put("2.10", "enable", {{"forced_down", true}}).status, 400);
  EXPECT_EQ(put("2.11", "force-down", {}).status, 400);
  EXPECT_EQ(put("2.11", "force-down", {{"forced_down", "true"}}).status, 200);
  EXPECT_EQ(service("2.11", first_).at("state"), "down");
  EXPECT_EQ(root_text("2.1", "PUT /os-services/disable",
                      R"({"host": "control", "binary": "nova-conductor"})")
                .status,
            400);
  EXPECT_EQ(root_text("2.1", "PUT /os-services/disable",
                      R"({"host": "nobody", "binary": "nova-compute"})")
                .status,
            404);
}

TEST_F(Operators, ServicesAreChangedByUuidFrom253) {
  const auto put = [&](const std::string& id, const std::string& body) {
    return root_text("2.53", "PUT /os-services/" + id, body);
  };
  const Reply r = put(kOne, R"({"status": "disabled", "disabled_reason": "disk"})");
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.body().at("service").at("disabled_reason"), "disk");
  EXPECT_EQ(put(kOne, R"({"status": "enabled", "disabled_reason": "disk"})").status, 400);
  EXPECT_EQ(put(kOne, R"({"status": "enabled", "forced_down": true})").status, 200);
  EXPECT_EQ(service("2.53", first_).at("forced_down"), true);
  EXPECT_EQ(put(kOne, "{}").status, 400);
  EXPECT_EQ(put(kOne, R"({"status": "on"})").status, 400);
  EXPECT_EQ(put(kOne, R"({"host": "x"})").status, 400);
  EXPECT_EQ(put("disable", R"({"status": "disabled"})").status, 400);
  EXPECT_EQ(put(new_uuid(), R"({"status": "disabled"})").status, 404);
  const json::value all = root("2.53", "GET /os-services?binary=nova-conductor").body();
  const std::string conductor(all.at("services").as_array().front().at("id").as_string());
  EXPECT_EQ(put(conductor, R"({"status": "disabled"})").status, 400);
}

TEST_F(Operators, AnEvacuatedHostIsNotForcedUp) {
  db_.write([&](WriteTx& tx) {
    model::Migration m = migration("done");
    m.type = "evacuation";
    store::instance_migrations::insert(tx, m);
  });
  EXPECT_EQ(root_text("2.53", "PUT /os-services/" + kOne, R"({"forced_down": false})").status, 400);
  EXPECT_EQ(root_text("2.53", "PUT /os-services/" + kOne, R"({"forced_down": true})").status, 200);
}

TEST_F(Operators, ADisabledOrForcedDownHostGetsNoInstances) {
  add_network();
  root_text("2.53", "PUT /os-services/" + kOne, R"({"status": "disabled"})");
  root_text("2.53", "PUT /os-services/" + kTwo, R"({"forced_down": true})");
  EXPECT_EQ(instance(created()).host_id, "");
  root_text("2.53", "PUT /os-services/" + kTwo, R"({"forced_down": false})");
  EXPECT_EQ(instance(created()).host_id, kTwo);
}

TEST_F(Operators, AServiceIsForgottenWhenItsHostIsEmpty) {
  add_network();
  root_text("2.1", "POST /os-aggregates", R"({"aggregate": {"name": "a"}})");
  root_text("2.1", "POST /os-aggregates/1/action", R"({"add_host": {"host": ")" + first_ + "\"}}");
  root_text("2.53", "PUT /os-services/" + kTwo, R"({"status": "disabled"})");
  const std::string server = created();
  EXPECT_EQ(root("2.53", "DELETE /os-services/" + kOne).status, 409);
  EXPECT_EQ(root("2.52", "DELETE /os-services/" + kOne).status, 400);
  EXPECT_EQ(root("2.53", "DELETE /os-services/1").status, 400);
  EXPECT_EQ(root("2.53", "DELETE /os-services/" + new_uuid()).status, 404);
  model::Migration moving = migration("running");
  db_.write([&](WriteTx& tx) { store::instance_migrations::insert(tx, moving); });
  EXPECT_EQ(root("2.53", "DELETE /os-services/" + kTwo).status, 409);
  moving.status = "completed";
  db_.write([&](WriteTx& tx) { store::instance_migrations::update(tx, moving, 1); });
  EXPECT_EQ(root("2.1", "DELETE /os-services/2").status, 204);
  EXPECT_EQ(root("2.1", "GET /os-services").body().at("services").as_array().size(), 3U);
}

TEST_F(Operators, HostsAreShownUpTo242) {
  EXPECT_EQ(root("2.43", "GET /os-hosts").status, 404);
  const json::value hosts = root("2.42", "GET /os-hosts").body().at("hosts");
  EXPECT_EQ(hosts.as_array().size(), 4U);
  EXPECT_EQ(json::serialize(hosts.as_array().front()),
            R"({"host_name":")" + first_ + R"(","service":"compute","zone":"nova"})");
  EXPECT_EQ(root("2.1", "GET /os-hosts?zone=internal").body().at("hosts").as_array().size(), 2U);
  EXPECT_EQ(root("2.1", "GET /os-hosts?zone=xxx").body().at("hosts").as_array().size(), 0U);
  const json::value shown = root("2.1", "GET /os-hosts/" + first_).body().at("host");
  EXPECT_EQ(shown.as_array().size(), 3U);
  EXPECT_EQ(shown.as_array()[1].at("resource").at("memory_mb"), 512);
  EXPECT_EQ(root("2.1", "GET /os-hosts/nobody").status, 404);
  EXPECT_EQ(root("2.1", "GET /os-hosts/nobody/reboot").status, 404);
  const Reply reboot = root("2.1", "GET /os-hosts/" + first_ + "/reboot");
  EXPECT_EQ(reboot.status, 501);
  EXPECT_TRUE(reboot.body().as_object().contains("notImplemented"));
  EXPECT_EQ(root_text("2.1", "PUT /os-hosts/" + first_, R"({"status": "Disable"})").status, 501);
  EXPECT_EQ(root_text("2.1", "PUT /os-hosts/" + first_, R"({"status": null})").status, 400);
  EXPECT_EQ(root_text("2.1", "PUT /os-hosts/nobody", R"({"status": "enable"})").status, 404);
  EXPECT_EQ(at("2.1", "ann", "GET /os-hosts").status, 403);
}

TEST_F(Operators, HypervisorsShowWhatTheirVersionShows) {
  const auto keys = [&](const char* version, const char* what) {
    return keys_of(
        root(version, std::string("GET ") + what).body().at("hypervisors").as_array().front());
  };
  EXPECT_EQ(keys("2.1", "/os-hypervisors"), "hypervisor_hostname id state status");
  const std::string whole =
      "cpu_info current_workload disk_available_least free_disk_gb free_ram_mb host_ip "
      "hypervisor_hostname hypervisor_type hypervisor_version id local_gb local_gb_used memory_mb "
      "memory_mb_used running_vms service state status vcpus vcpus_used";
  EXPECT_EQ(keys("2.1", "/os-hypervisors/detail"), whole);
  EXPECT_EQ(keys("2.88", "/os-hypervisors/detail"),
            "host_ip hypervisor_hostname hypervisor_type hypervisor_version id service state "
            "status uptime");
  EXPECT_TRUE(
      root("2.27", "GET /os-hypervisors/1").body().at("hypervisor").at("cpu_info").is_string());
  EXPECT_TRUE(
      root("2.28", "GET /os-hypervisors/1").body().at("hypervisor").at("cpu_info").is_object());
  EXPECT_EQ(root("2.53", "GET /os-hypervisors/" + kOne).body().at("hypervisor").at("id"),
            json::string(kOne));
  EXPECT_EQ(root("2.53", "GET /os-hypervisors/1").status, 400);
  EXPECT_EQ(root("2.52", "GET /os-hypervisors/" + kOne).status, 404);
  EXPECT_EQ(root("2.53", "GET /os-hypervisors/" + new_uuid()).status, 404);
  EXPECT_EQ(keys("2.53", "/os-hypervisors?with_servers=true"),
            "hypervisor_hostname id state status");
  EXPECT_EQ(keys("2.75", "/os-hypervisors?with_servers=true"),
            "hypervisor_hostname id servers state status");
}

TEST_F(Operators, HypervisorsAreListedByPages) {
  const Reply first = root("2.33", "GET /os-hypervisors?limit=1");
  EXPECT_EQ(first.body().at("hypervisors").as_array().size(), 1U);
  EXPECT_EQ(first.body().at("hypervisors_links").as_array().front().at("href"),
            "http://cloud:8774/compute/v2.1/os-hypervisors?limit=1&marker=1");
  const Reply second = root("2.33", "GET /os-hypervisors?limit=2&marker=1");
  EXPECT_EQ(second.body().at("hypervisors").as_array().size(), 1U);
  EXPECT_FALSE(second.body().as_object().contains("hypervisors_links"));
  EXPECT_EQ(root("2.1", "GET /os-hypervisors?limit=1").body().at("hypervisors").as_array().size(),
            2U);
  EXPECT_EQ(root("2.53", "GET /os-hypervisors?limit=5&marker=" + kOne).status, 200);
  EXPECT_EQ(root("2.53", "GET /os-hypervisors?marker=1").status, 400);
  EXPECT_EQ(root("2.53", "GET /os-hypervisors?limit=-1").status, 400);
  EXPECT_EQ(root("2.53", "GET /os-hypervisors?other=1").status, 400);
  EXPECT_EQ(root("2.33", "GET /os-hypervisors?other=1").status, 200);
  EXPECT_EQ(root("2.53", "GET /os-hypervisors?hypervisor_hostname_pattern=of-1111")
                .body()
                .at("hypervisors")
                .as_array()
                .size(),
            1U);
  EXPECT_EQ(root("2.53", "GET /os-hypervisors?hypervisor_hostname_pattern=x").status, 404);
  EXPECT_EQ(root("2.53", "GET /os-hypervisors?hypervisor_hostname_pattern=n&limit=1").status, 400);
}

TEST_F(Operators, HypervisorsHaveUptimeServersAndStatistics) {
  EXPECT_EQ(root("2.1", "GET /os-hypervisors/1/uptime").status, 400) << "it has told none";
  model::ObservedHost seen;
  seen.vcpus = 16;
  seen.booted_us = clock_.now_us() - (3 * 86'400 + 2 * 3600 + 4 * 60) * kSecondUs;
  seen.load_average = "0.10, 0.12, 0.09";
  db_.write([&](WriteTx& tx) { store::hosts::set_observed(tx, kOne, seen, clock_.now_us()); });
  EXPECT_EQ(root("2.1", "GET /os-hypervisors/1/uptime").body().at("hypervisor").at("uptime"),
            " 22:13:20 up 3 days,  2:04,  0 users,  load average: 0.10, 0.12, 0.09\n");
  EXPECT_EQ(root("2.88", "GET /os-hypervisors/" + kOne + "/uptime").status, 404);
  EXPECT_EQ(
      root("2.1", "GET /os-hypervisors/of-2/search").body().at("hypervisors").as_array().size(),
      1U);
  EXPECT_EQ(root("2.1", "GET /os-hypervisors/zz/search").status, 404);
  EXPECT_EQ(root("2.53", "GET /os-hypervisors/of-2/search").status, 404);
  add_network();
  root_text("2.53", "PUT /os-services/" + kOne, R"({"status": "disabled"})");
  const std::string server = created();
  const json::value on =
      root("2.1", "GET /os-hypervisors/of-2/servers").body().at("hypervisors").as_array().front();
  EXPECT_EQ(on.at("servers").as_array().front().at("uuid"), json::string(server));
  const json::value sums =
      root("2.1", "GET /os-hypervisors/statistics").body().at("hypervisor_statistics");
  EXPECT_EQ(sums.at("count"), 1);
  EXPECT_EQ(sums.at("vcpus_used"), 1);
  EXPECT_EQ(sums.at("current_workload"), 1);
  EXPECT_EQ(root("2.88", "GET /os-hypervisors/statistics").status, 404);
}

TEST_F(Operators, MigrationsShowWhatTheirVersionShows) {
  db_.write([&](WriteTx& tx) {
    store::instance_migrations::insert(tx, migration("completed"));
    store::instance_migrations::insert(tx, migration("running"));
    model::Migration hidden = migration("running");
    hidden.hidden = true;
    store::instance_migrations::insert(tx, hidden);
  });
  const auto list = [&](const std::string& version, const std::string& query = "") {
    return root(version, "GET /os-migrations" + query).body().at("migrations").as_array();
  };
  const std::string keys =
      "created_at dest_compute dest_host dest_node id instance_uuid new_instance_type_id "
      "old_instance_type_id source_compute source_node status updated_at";
  ASSERT_EQ(list("2.1").size(), 2U);
  EXPECT_EQ(keys_of(list("2.1")[0]), keys);
  EXPECT_EQ(list("2.1")[0].at("status"), "completed");
  EXPECT_TRUE(list("2.23")[1].as_object().contains("links"));
  EXPECT_FALSE(list("2.23")[0].as_object().contains("links"));
  EXPECT_EQ(list("2.59")[0].at("status"), "running") << "the newest first";
  EXPECT_TRUE(list("2.59")[0].as_object().contains("uuid"));
  EXPECT_TRUE(list("2.80")[0].as_object().contains("project_id"));
  EXPECT_EQ(list("2.80", "?project_id=other").size(), 0U);
  EXPECT_EQ(list("2.1", "?status=running").size(), 1U);
  EXPECT_EQ(list("2.1", "?host=" + first_).size(), 2U);
  EXPECT_EQ(list("2.1", "?source_compute=other").size(), 0U);
  const Reply page = root("2.59", "GET /os-migrations?limit=1");
  EXPECT_TRUE(page.body().as_object().contains("migrations_links"));
  const std::string marker(page.body().at("migrations").as_array()[0].at("uuid").as_string());
  EXPECT_EQ(list("2.59", "?marker=" + marker).size(), 1U);
  EXPECT_EQ(root("2.59", "GET /os-migrations?marker=x").status, 400);
  EXPECT_EQ(root("2.65", "GET /os-migrations?changes-before=2026-01-01").status, 400);
  EXPECT_EQ(list("2.66", "?changes-since=1970-01-01T00:00:04Z").size(), 1U);
  EXPECT_EQ(list("2.66", "?changes-before=1970-01-01T00:00:03Z").size(), 1U);
  EXPECT_EQ(
      root("2.66",
           "GET "
           "/os-migrations?changes-since=2026-01-01T00:00:00Z&changes-before=2025-01-01T00:00:00Z")
          .status,
      400);
  EXPECT_EQ(root("2.79", "GET /os-migrations?user_id=u").status, 400);
  EXPECT_EQ(at("2.1", "ann", "GET /os-migrations").status, 403);
}

TEST_F(Operators, ExternalEventsWakeHosts) {
  add_network();
  const std::string server = created();
  const std::string lost = new_uuid();
  std::vector<std::string> heard;
  db_.subscribe([&](const store::Change& c) { heard.push_back(c.topic); });
  const auto send = [&](const std::string& version, const std::string& events) {
    return root_text(version, "POST /os-server-external-events", R"({"events": [)" + events + "]}");
  };
  const auto event = [](const std::string& id, const std::string& name) {
    return R"({"server_uuid": ")" + id + R"(", "name": ")" + name + "\"}";
  };
  Reply r = send("2.1", event(server, "network-changed"));
  EXPECT_EQ(r.status, 200) << r.text;
  EXPECT_EQ(r.body().at("events").as_array()[0].at("code"), 200);
  EXPECT_EQ(heard, std::vector<std::string>{"host"});
  r = send("2.51", event(server, "volume-extended") + ", " + event(lost, "network-changed"));
  EXPECT_EQ(r.status, 207);
  EXPECT_EQ(r.body().at("events").as_array()[0].at("code"), 400);
  EXPECT_EQ(r.body().at("events").as_array()[1].at("code"), 404);
  EXPECT_EQ(send("2.50", event(server, "volume-extended")).status, 400);
  EXPECT_EQ(send("2.93", event("x", "network-changed")).status, 400);
  EXPECT_EQ(send("2.93", "").status, 400);
}

TEST_F(Operators, AssistedSnapshotsAreOfVolumesThatNobodyHas) {
  const std::string path = "/os-assisted-volume-snapshots";
  const Reply r = root_text("2.1", "POST " + path,
                            R"({"snapshot": {"volume_id": "v", "create_info":
                                {"snapshot_id": "s", "type": "qcow2", "new_file": "f"}}})");
  EXPECT_EQ(r.status, 400);
  EXPECT_EQ(message_of(r), "No volume Block Device Mapping with id v.");
  EXPECT_EQ(root("2.1", "DELETE " + path + "/s").status, 400);
  EXPECT_EQ(message_of(root("2.1", "DELETE " + path + R"(/s?delete_info={"volume_id":"v"})")),
            "No volume Block Device Mapping with id v.");
}

}  // namespace
}  // namespace virga::test
