// SPDX-License-Identifier: Apache-2.0
#include "api/virgad/config.h"

#include <cstdlib>

#include "common/error.h"
#include "common/yaml_config.h"

namespace virga::virgad {
namespace {

void read_listener(const YamlConfig& in, http::ServerSettings& out, std::uint16_t default_port) {
  out.address = in.string("address", out.address);
  out.port = static_cast<std::uint16_t>(in.integer("port", default_port, 1, 65535));
}

void read_web_download(const YamlConfig& in, Config& c) {
  c.web_download = in.boolean("enabled", false);
  if (const auto schemes = in.strings("schemes"); !schemes.empty()) c.web.schemes = schemes;
  c.web.hosts = in.strings("hosts");
  if (const auto ports = in.strings("ports"); !ports.empty()) {
    c.web.ports.clear();
    for (const auto& port : ports) c.web.ports.push_back(std::strtol(port.c_str(), nullptr, 10));
  }
  c.web.private_addresses = in.boolean("private_addresses", false);
  c.web.deadline = std::chrono::seconds(in.integer("deadline_s", 3600, 1, 86400));
  c.web.most_bytes = c.max_image_bytes;
}

void read_images(const YamlConfig& in, Config& c) {
  c.image_hash = in.string("hash_algorithm", c.image_hash);
  if (c.image_hash != "sha256" && c.image_hash != "sha512")
    throw Error(ErrorKind::invalid, "images.hash_algorithm must be 'sha256' or 'sha512'.");
  c.image_md5 = in.boolean("md5_checksum", false);
  for (const YamlConfig& store : in.list("stores"))
    c.more_stores.push_back(
        {store.string("id", ""), store.string("directory", ""), store.string("description", "")});
  read_web_download(in.section("web_download"), c);
}

}  // namespace

Config load_config(const std::string& path) {
  const YamlConfig file = YamlConfig::load(path);
  Config c;
  c.region = file.string("region", c.region);
  file.ignore("agent");

  const YamlConfig control = file.section("control");
  c.state_directory = control.string("state_directory", c.state_directory);
  c.availability_zone = control.string("availability_zone", c.availability_zone);
  c.cpu_ratio_percent = control.integer("cpu_ratio_percent", c.cpu_ratio_percent, 1, 100'000);
  c.memory_reserve_mib = control.integer("memory_reserve_mib", c.memory_reserve_mib, 0, 1 << 30);
  c.max_image_bytes =
      control.integer("max_image_bytes", c.max_image_bytes, 1, std::int64_t{1} << 50);
  read_images(file.section("images"), c);
  c.log_file = control.string("log_file", "");
  c.log_level = control.string("log_level", c.log_level);

  const std::string policy_file = control.string("policy_file", "");
  if (!policy_file.empty()) c.policies = YamlConfig::load(policy_file).texts();

  const YamlConfig api = file.section("api");
  read_listener(api, c.api, 8774);
  c.api.public_url = api.string("public_url", "");
  c.api.io_threads = static_cast<int>(api.integer("io_threads", c.api.io_threads, 1, 64));
  c.api.pool_threads = static_cast<int>(api.integer("pool_threads", c.api.pool_threads, 1, 512));
  const YamlConfig tls = api.section("tls");
  c.api.tls.certificate = tls.string("certificate", "");
  c.api.tls.private_key = tls.string("private_key", "");

  const YamlConfig link = file.section("agent_link");
  read_listener(link, c.agent_link, 8775);
  c.agent_link_names = link.strings("names");
  c.agent_link.io_threads = 1;
  c.agent_link.pool_threads = 4;
  file.check();
  return c;
}

}  // namespace virga::virgad
