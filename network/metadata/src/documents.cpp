// SPDX-License-Identifier: Apache-2.0
#include "network/metadata/documents.h"

#include <boost/json/serialize.hpp>
#include <cstdio>
#include <span>

#include "common/json.h"
#include "network/metadata/versions.h"

namespace virga::metadata {
namespace {

const std::string kOpenStack = "openstack/latest/";
const std::string kEc2 = "latest/meta-data/";

std::string lines(std::span<const std::string_view> words) {
  std::string text;
  for (const auto word : words) {
    if (!text.empty()) text += '\n';
    text += word;
  }
  return text;
}

/// Key types of OpenSSH are told by their first word; everything else is an X.509 certificate.
std::string key_type(const std::string& data) {
  return data.starts_with("-----BEGIN CERTIFICATE") ? "x509" : "ssh";
}

std::string meta_data(const model::DesiredInstance& wanted) {
  const model::Instance& instance = wanted.instance;
  json::object meta;
  for (const auto& [key, value] : instance.metadata) meta.emplace(key, value);
  json::object out{{"uuid", instance.id},
                   {"name", instance.name},
                   {"hostname", instance.hostname},
                   {"launch_index", 0},
                   {"availability_zone", wanted.availability_zone},
                   {"project_id", instance.project_id},
                   {"meta", std::move(meta)},
                   {"devices", json::array()},
                   {"dedicated_cpus", json::array()}};
  if (!instance.public_key.empty()) {
    out["public_keys"] = json::object{{instance.key_name, instance.public_key}};
    out["keys"] = json::array{json::object{{"name", instance.key_name},
                                           {"type", key_type(instance.public_key)},
                                           {"data", instance.public_key}}};
  }
  return json::serialize(out);
}

std::string network_data(const model::DesiredInstance& wanted, const Mtus& mtus) {
  json::array links;
  json::array networks;
  for (const auto& port : wanted.ports) {
    const std::string link = "tap" + port.id.substr(0, 11);
    const auto mtu = mtus.find(port.network_id);
    links.push_back(json::object{{"id", link},
                                 {"vif_id", port.id},
                                 {"type", "bridge"},
                                 {"mtu", mtu == mtus.end() ? json::value() : mtu->second},
                                 {"ethernet_mac_address", port.mac}});
    networks.push_back(json::object{{"id", "network" + std::to_string(networks.size())},
                                    {"type", "ipv4_dhcp"},
                                    {"link", link},
                                    {"network_id", port.network_id}});
  }
  return json::serialize(json::object{
      {"links", std::move(links)}, {"networks", std::move(networks)}, {"services", json::array()}});
}

/// EC2 names things by a letter and eight hexadecimal digits.
std::string ec2_id(char letter_prefix, std::int64_t number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%c-%08llx", letter_prefix,
                static_cast<unsigned long long>(number));
  return digits;
}

std::string ec2_id(const std::string& prefix, const std::string& uuid) {
  return prefix + "-" + uuid.substr(0, 8);
}

std::string first_address(const model::DesiredInstance& wanted) {
  for (const auto& port : wanted.ports)
    for (const auto& ip : port.fixed_ips) return ip.address;
  return {};
}

void add_ec2(Documents& out, const model::DesiredInstance& wanted) {
  const model::Instance& instance = wanted.instance;
  out[kEc2 + "ami-id"] = ec2_id("ami", instance.image_id);
  out[kEc2 + "ami-launch-index"] = "0";
  out[kEc2 + "ami-manifest-path"] = "";
  out[kEc2 + "block-device-mapping/ami"] = "vda";
  out[kEc2 + "block-device-mapping/root"] = "/dev/vda";
  out[kEc2 + "hostname"] = instance.hostname;
  out[kEc2 + "instance-action"] = "none";
  out[kEc2 + "instance-id"] = ec2_id('i', instance.number);
  out[kEc2 + "instance-type"] = instance.flavor_name;
  out[kEc2 + "local-hostname"] = instance.hostname;
  out[kEc2 + "local-ipv4"] = first_address(wanted);
  out[kEc2 + "placement/availability-zone"] = wanted.availability_zone;
  out[kEc2 + "public-hostname"] = instance.hostname;
  out[kEc2 + "public-ipv4"] = "";
  out[kEc2 + "reservation-id"] = ec2_id("r", instance.id);
  out[kEc2 + "security-groups"] = "";
  if (!instance.public_key.empty()) {
    out[kEc2 + "public-keys"] = "0=" + instance.key_name;
    out[kEc2 + "public-keys/0/openssh-key"] = instance.public_key;
  }
  if (!instance.user_data.empty()) out["latest/user-data"] = instance.user_data;
}

}  // namespace

Documents config_drive_files(const model::DesiredInstance& wanted, const Mtus& mtus) {
  Documents out;
  out[kOpenStack + "meta_data.json"] = meta_data(wanted);
  out[kOpenStack + "network_data.json"] = network_data(wanted, mtus);
  out[kOpenStack + "vendor_data.json"] = "{}";
  out[kOpenStack + "vendor_data2.json"] = "{}";
  if (!wanted.instance.user_data.empty()) out[kOpenStack + "user_data"] = wanted.instance.user_data;
  return out;
}

Documents metadata_documents(const model::DesiredInstance& wanted, const Mtus& mtus) {
  Documents out = config_drive_files(wanted, mtus);
  add_ec2(out, wanted);
  // The lists of versions have no slashes, unlike all other lists.
  out["openstack"] = lines(kOpenStackVersions);
  out[""] = lines(kEc2Versions);
  return out;
}

}  // namespace virga::metadata
