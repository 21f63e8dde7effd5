// SPDX-License-Identifier: Apache-2.0
#include "network/metadata/documents.h"

#include <gtest/gtest.h>

#include "common/json.h"

using namespace virga;
using namespace virga::metadata;

namespace {

model::DesiredInstance wanted() {
  model::DesiredInstance out;
  out.availability_zone = "nova";
  auto& i = out.instance;
  i.id = "12345678-aaaa-4aaa-8aaa-000000000001";
  i.number = 10;
  i.project_id = "project";
  i.name = "My web";
  i.hostname = "my-web";
  i.image_id = "abcdef01-aaaa-4aaa-8aaa-000000000001";
  i.key_name = "me";
  i.public_key = "ssh-ed25519 AAAA me@here";
  i.user_data = std::string("#!\0/bin/sh", 10);
  i.metadata = {{"role", "web \"1\""}};
  i.flavor_name = "m1.small";
  model::Port port;
  port.id = "22222222-bbbb-4bbb-8bbb-000000000001";
  port.network_id = "network-1";
  port.mac = "fa:16:3e:00:00:01";
  port.fixed_ips = {{"subnet-1", "172.31.0.5"}};
  out.ports = {port};
  return out;
}

}  // namespace

TEST(MetadataDocuments, DescribeTheInstanceNovasWay) {
  const auto documents = metadata_documents(wanted());
  EXPECT_EQ(parse_json(documents.at("openstack/latest/meta_data.json")), parse_json(R"({
    "uuid": "12345678-aaaa-4aaa-8aaa-000000000001", "name": "My web", "hostname": "my-web",
    "launch_index": 0, "availability_zone": "nova", "project_id": "project",
    "meta": {"role": "web \"1\""}, "devices": [], "dedicated_cpus": [],
    "public_keys": {"me": "ssh-ed25519 AAAA me@here"},
    "keys": [{"name": "me", "type": "ssh", "data": "ssh-ed25519 AAAA me@here"}]})"));
}

TEST(MetadataDocuments, DescribeTheInterfaces) {
  const auto documents = metadata_documents(wanted(), {{"network-1", 1450}});
  EXPECT_EQ(parse_json(documents.at("openstack/latest/network_data.json")), parse_json(R"({
    "links": [{"id": "tap22222222-bb", "vif_id": "22222222-bbbb-4bbb-8bbb-000000000001",
               "type": "bridge", "mtu": 1450, "ethernet_mac_address": "fa:16:3e:00:00:01"}],
    "networks": [{"id": "network0", "type": "ipv4_dhcp", "link": "tap22222222-bb",
                  "network_id": "network-1"}],
    "services": []})"));
}

TEST(MetadataDocuments, HaveTheEc2Form) {
  const auto documents = metadata_documents(wanted());
  EXPECT_EQ(documents.at("latest/meta-data/instance-id"), "i-0000000a");
  EXPECT_EQ(documents.at("latest/meta-data/ami-id"), "ami-abcdef01");
  EXPECT_EQ(documents.at("latest/meta-data/hostname"), "my-web");
  EXPECT_EQ(documents.at("latest/meta-data/local-ipv4"), "172.31.0.5");
  EXPECT_EQ(documents.at("latest/meta-data/instance-type"), "m1.small");
  EXPECT_EQ(documents.at("latest/meta-data/placement/availability-zone"), "nova");
  EXPECT_EQ(documents.at("latest/meta-data/public-keys"), "0=me");
  EXPECT_EQ(documents.at("latest/meta-data/public-keys/0/openssh-key"), "ssh-ed25519 AAAA me@here");
}

TEST(MetadataDocuments, CarryUserDataUnchanged) {
  const auto documents = metadata_documents(wanted());
  EXPECT_EQ(documents.at("openstack/latest/user_data"), wanted().instance.user_data);
  EXPECT_EQ(documents.at("latest/user-data"), wanted().instance.user_data);
}

TEST(MetadataDocuments, LeaveOutWhatTheInstanceDoesNotHave) {
  model::DesiredInstance bare = wanted();
  bare.instance.public_key.clear();
  bare.instance.user_data.clear();
  bare.ports.clear();
  const auto documents = metadata_documents(bare);
  EXPECT_FALSE(documents.contains("openstack/latest/user_data"));
  EXPECT_FALSE(documents.contains("latest/user-data"));
  EXPECT_FALSE(documents.contains("latest/meta-data/public-keys"));
  EXPECT_EQ(documents.at("latest/meta-data/local-ipv4"), "");
  EXPECT_FALSE(
      parse_json(documents.at("openstack/latest/meta_data.json")).as_object().contains("keys"));
}

TEST(ConfigDrive, HasTheOpenStackFilesOnly) {
  std::string names;
  for (const auto& [path, content] : config_drive_files(wanted())) names += path + " ";
  EXPECT_EQ(names,
            "openstack/latest/meta_data.json openstack/latest/network_data.json "
            "openstack/latest/user_data openstack/latest/vendor_data.json "
            "openstack/latest/vendor_data2.json ");
}
