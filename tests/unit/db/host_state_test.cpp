// SPDX-License-Identifier: Apache-2.0
#include "db/model/host_state.h"

#include <boost/json/serialize.hpp>
#include <functional>

#include "common/json.h"
#include "tests/unit/common/test_support.h"

namespace virga::model {
namespace {

using test::kind_of;

DesiredHost desired_sample() {
  DesiredHost d;
  d.revision = 7;
  d.host_id = new_uuid();
  Port dhcp;
  dhcp.id = new_uuid();
  dhcp.network_id = "net";
  dhcp.device_id = "dhcp-x";
  dhcp.mac = "fa:16:3e:00:00:01";
  dhcp.fixed_ips = {{"sub", "10.0.0.2"}};
  Subnet subnet;
  subnet.id = "sub";
  subnet.cidr = "10.0.0.0/24";
  subnet.gateway_ip = "10.0.0.1";
  subnet.dns_nameservers = {"9.9.9.9", "1.1.1.1"};
  d.networks.push_back({"net", "lan", "physnet1", 1450, {subnet}, dhcp});
  DesiredInstance i;
  i.availability_zone = "nova";
  i.instance.id = new_uuid();
  i.instance.number = 12;
  i.instance.project_id = "p";
  i.instance.user_id = "u";
  i.instance.name = "wéb <1>";
  i.instance.hostname = "web-1";
  i.instance.image_id = new_uuid();
  i.instance.image_digest = std::string(64, 'a');
  i.instance.image_format = "qcow2";
  i.instance.image_size = 1'000'000;
  i.instance.image_virtual_size = std::int64_t{1} << 40;
  i.instance.key_name = "k";
  i.instance.public_key = "ssh-ed25519 AAAA x";
  i.instance.user_data = std::string("#!/bin/sh\n\0\xff", 12);
  i.instance.config_drive = true;
  i.instance.metadata = {{"role", "db"}, {"empty", ""}};
  i.instance.flavor_name = "small";
  i.instance.vcpus = 2;
  i.instance.memory_mib = 2048;
  i.instance.disk_gib = 20;
  i.instance.created_us = 1'700'000'000'000'000;
  i.instance.generation = 5;
  i.instance.wish = PowerWish::stopped;
  i.instance.verb = PowerVerb::stop;
  i.instance.run_epoch = 4;
  i.instance.disks = {3, 2, 2, 1};
  i.instance.rescue = {new_uuid(), std::string(64, 'e'), "raw", 512, 1024};
  Port port = dhcp;
  port.position = 1;
  i.ports = {port};
  d.instances.push_back(i);
  d.prefetch = {{std::string(64, 'b'), "raw", 1'000'000}, {std::string(64, '0'), "qcow2", 5}};
  d.drop = {{std::string(64, 'c'), "qcow2", 0}};
  return d;
}

ObservedHost observed_sample() {
  ObservedHost o;
  o.revision = 3;
  o.agent_version = "0.1.0";
  o.vcpus = 8;
  o.memory_mib = 16000;
  o.disk_gib = 400;
  o.address = "192.0.2.7";
  o.virt_type = "kvm";
  o.hypervisor_version = "7.2.22";
  o.cpu_info = R"({"model":"x"})";
  o.instances.push_back(
      {new_uuid(), 5, 4, 1, PowerState::shutoff, true, "start", "no \"luck\"", true, 3, 99});
  o.instances.push_back({new_uuid(), 0, 0, 1, PowerState::absent, false, "", "", false, 0, 0});
  o.bases = {{std::string(64, 'd'), "raw", 512, 1'700'000'000'000'001, 1'700'000'000'000'000, 3}};
  o.strays = {new_uuid()};
  return o;
}

TEST(HostState, DesiredStateComesBackWhole) {
  const DesiredHost d = desired_sample();
  const std::string text = json::serialize(to_json(d));
  const DesiredHost back = desired_host_from(parse_json(text).as_object());
  EXPECT_EQ(json::serialize(to_json(back)), text);
  ASSERT_EQ(back.instances.size(), 1U);
  const Instance& i = back.instances[0].instance;
  const Instance& was = d.instances[0].instance;
  EXPECT_EQ(i.user_data, was.user_data);
  EXPECT_EQ(i.metadata, was.metadata);
  EXPECT_EQ(i.name, was.name);
  EXPECT_EQ(i.wish, was.wish);
  EXPECT_EQ(i.image_virtual_size, was.image_virtual_size);
  EXPECT_EQ(back.instances[0].ports[0].fixed_ips, d.instances[0].ports[0].fixed_ips);
  EXPECT_EQ(back.prefetch, d.prefetch);
  EXPECT_EQ(back.drop, d.drop);
  EXPECT_EQ(back.networks[0].subnets[0].dns_nameservers, d.networks[0].subnets[0].dns_nameservers);
}

TEST(HostState, ObservedStateComesBackWhole) {
  const ObservedHost o = observed_sample();
  const ObservedHost back = observed_host_from(parse_json(json::serialize(to_json(o))).as_object());
  EXPECT_EQ(back.instances, o.instances);
  EXPECT_EQ(back.address, o.address);
  EXPECT_EQ(back.cpu_info, o.cpu_info);
  EXPECT_EQ(back.revision, o.revision);
  EXPECT_EQ(back.bases, o.bases);
  EXPECT_EQ(back.strays, o.strays);
}

TEST(HostState, ImagesOfInstancesComeBackAndTheirIdsAreChecked) {
  DesiredHost d = desired_sample();
  d.snapshots = {{new_uuid(), new_uuid(), 3, true}, {new_uuid(), new_uuid(), 1, false}};
  EXPECT_EQ(desired_host_from(to_json(d)).snapshots, d.snapshots);
  ObservedHost o;
  o.snapshots = {{new_uuid(), SnapshotPhase::copied, 2, "No room.", false},
                 {new_uuid(), SnapshotPhase::pending, 1, "", true}};
  EXPECT_EQ(observed_host_from(to_json(o)).snapshots, o.snapshots);
  d.snapshots[0].image_id = "../../../../../../../../etc/shadow-file";
  EXPECT_EQ(kind_of([&] { (void)desired_host_from(to_json(d)); }), ErrorKind::invalid);
  o.snapshots[0].phase = SnapshotPhase::none;
  EXPECT_EQ(kind_of([&] { (void)observed_host_from(to_json(o)); }), ErrorKind::invalid);
}

TEST(HostState, ACacheThatWasNotLookedAtIsNotAnEmptyOne) {
  ObservedHost o = observed_sample();
  o.bases.reset();
  EXPECT_FALSE(observed_host_from(to_json(o)).bases);
  o.bases.emplace();
  EXPECT_TRUE(observed_host_from(to_json(o)).bases);
}

TEST(HostState, StraysThatWereNotLookedForAreNotNone) {
  ObservedHost o = observed_sample();
  o.strays.reset();
  EXPECT_FALSE(observed_host_from(to_json(o)).strays);
  o.strays.emplace(5000, new_uuid());
  EXPECT_EQ(observed_host_from(to_json(o)).strays->size(), 1000U);
  for (const char* wrong : {"[1]", "[\"\"]", "{}", "5"}) {
    json::object broken = to_json(o);
    broken["strays"] = parse_json(wrong);
    EXPECT_EQ(kind_of([&] { observed_host_from(broken); }), ErrorKind::invalid) << wrong;
  }
}

TEST(HostState, AnInstanceOfTheLargestRequestComesBack) {
  DesiredHost d = desired_sample();
  Instance& i = d.instances[0].instance;
  i.user_data = std::string(49'000, '\xff');
  i.public_key = std::string(65'535, 'k');
  for (int n = 0; n < 128; ++n)
    i.metadata[std::string(250, 'm') + std::to_string(n)] = std::string(255, 'v');
  EXPECT_NO_THROW(desired_host_from(parse_json(json::serialize(to_json(d))).as_object()));
}

json::value text(std::size_t size) {
  return json::value(std::string(size, 'x'));
}

/// A sample with one member of its first instance changed.
json::object changed(json::object whole, const char* key, json::value value) {
  whole["instances"].as_array()[0].as_object()[key] = std::move(value);
  return whole;
}

TEST(HostState, RefusesBrokenReports) {
  const json::object good = to_json(observed_sample());
  const std::pair<const char*, json::value> breaks[] = {
      {"id", "../../etc/passwd"}, {"id", ""},          {"id", 5},
      {"generation", -1},         {"generation", "x"}, {"power", "flying"},
      {"power", nullptr},         {"step", text(33)},  {"attempts", -1},
      {"last_error", text(4097)}, {"permanent", 3},    {"next_try_us", 1.5}};
  for (const auto& [key, value] : breaks)
    EXPECT_EQ(kind_of([&] { observed_host_from(changed(good, key, value)); }), ErrorKind::invalid)
        << key;
}

TEST(HostState, RefusesBrokenHosts) {
  const json::object good = to_json(observed_sample());
  const std::pair<const char*, json::value> breaks[] = {{"vcpus", -1},
                                                        {"vcpus", std::int64_t{1} << 40},
                                                        {"memory_mib", "much"},
                                                        {"address", text(65)},
                                                        {"instances", json::object{}},
                                                        {"instances", json::array{1}},
                                                        {"cpu_info", text(70'000)}};
  for (const auto& [key, value] : breaks) {
    json::object broken = good;
    broken[key] = value;
    EXPECT_EQ(kind_of([&] { observed_host_from(broken); }), ErrorKind::invalid) << key;
  }
  for (const auto& member : good) {
    json::object broken = good;
    broken.erase(member.key());
    EXPECT_EQ(kind_of([&] { observed_host_from(broken); }), ErrorKind::invalid) << member.key();
  }
}

TEST(HostState, RefusesBrokenBases) {
  const json::object told = to_json(desired_sample());
  const json::object seen = to_json(observed_sample());
  const std::pair<const char*, json::value> breaks[] = {
      {"digest", "../../etc/passwd"},
      {"digest", text(64)},
      {"digest", json::value(std::string(64, 'A'))},
      {"digest", ""},
      {"format", "vmdk"},
      {"format", "../raw"},
      {"size", -1},
      {"size", "much"},
      {"used_us", -1},
      {"made_us", -1},
      {"disks", -1},
      {"disks", nullptr}};
  for (const auto& [key, value] : breaks) {
    json::object broken = seen;
    broken["bases"].as_array()[0].as_object()[key] = value;
    EXPECT_EQ(kind_of([&] { observed_host_from(broken); }), ErrorKind::invalid) << key;
    if (!told.at("drop").as_array()[0].as_object().contains(key)) continue;
    for (const char* list : {"prefetch", "drop"}) {
      broken = told;
      broken[list].as_array()[0].as_object()[key] = value;
      EXPECT_EQ(kind_of([&] { desired_host_from(broken); }), ErrorKind::invalid) << list << key;
    }
  }
}

TEST(HostState, RefusesBrokenDesiredState) {
  const json::object good = to_json(desired_sample());
  const std::pair<const char*, json::value> breaks[] = {{"wish", "dancing"},
                                                        {"verb", ""},
                                                        {"user_data", "not base64!"},
                                                        {"vcpus", 0},
                                                        {"memory_mib", 0},
                                                        {"ports", nullptr},
                                                        {"ports", json::array{json::object{}}},
                                                        {"metadata", json::array{}},
                                                        {"metadata", json::object{{"a", 1}}},
                                                        {"config_drive", 7},
                                                        {"generation", -1},
                                                        {"id", ""}};
  for (const auto& [key, value] : breaks)
    EXPECT_EQ(kind_of([&] { desired_host_from(changed(good, key, value)); }), ErrorKind::invalid)
        << key;
  for (const char* key : {"revision", "host_id", "networks", "instances", "prefetch", "drop"}) {
    json::object broken = good;
    broken.erase(key);
    EXPECT_EQ(kind_of([&] { desired_host_from(broken); }), ErrorKind::invalid) << key;
  }
}

}  // namespace
}  // namespace virga::model
