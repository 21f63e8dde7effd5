// SPDX-License-Identifier: Apache-2.0
#include "api/virgad/config.h"

#include <cstdlib>

#include "common/error.h"
#include "common/yaml_config.h"

namespace virga::virgad {
namespace {

// Half of them may wait for password checks: so many logins at once are not refused.
constexpr int kPoolThreads = 96;

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

void read_consoles(const YamlConfig& in, Config& c) {
  c.console_token_life_s = in.integer("token_life_s", c.console_token_life_s, 1, 86'400);
  c.consoles.allowed_origins = in.strings("allowed_origins");
  c.consoles.novnc_directory = in.string("novnc_directory", c.consoles.novnc_directory);
  const auto count = [&](const char* key, std::size_t fallback) {
    return static_cast<std::size_t>(
        in.integer(key, static_cast<std::int64_t>(fallback), 1, 100'000));
  };
  c.consoles.per_instance = count("per_instance", c.consoles.per_instance);
  c.consoles.per_project = count("per_project", c.consoles.per_project);
  c.consoles.in_all = count("in_all", c.consoles.in_all);
}

int whole(const YamlConfig& in, const char* key, int fallback, std::int64_t least,
          std::int64_t most) {
  return static_cast<int>(in.integer(key, fallback, least, most));
}

std::chrono::seconds seconds(const YamlConfig& in, const char* key, std::chrono::seconds fallback) {
  return std::chrono::seconds(in.integer(key, fallback.count(), 1, 86'400));
}

void read_limits(const YamlConfig& in, http::ServerSettings& out) {
  out.io_threads = whole(in, "io_threads", out.io_threads, 1, 64);
  out.pool_threads = whole(in, "pool_threads", out.pool_threads, 1, 512);
  out.max_connections = whole(in, "max_connections", out.max_connections, 1, 1'000'000);
  out.max_connections_per_peer =
      whole(in, "max_connections_per_peer", out.max_connections_per_peer, 1, 1'000'000);
  out.max_concurrent = whole(in, "max_concurrent", out.max_concurrent, 1, 100'000);
  out.max_queued = whole(in, "max_queued", out.max_queued, 1, 100'000);
  out.max_body = static_cast<std::uint64_t>(
      in.integer("max_body", static_cast<std::int64_t>(out.max_body), 1024, 1 << 30));
  out.min_body_rate = static_cast<std::uint32_t>(
      whole(in, "min_body_rate", static_cast<int>(out.min_body_rate), 1, 1 << 30));
  out.header_limit = seconds(in, "header_limit_s", out.header_limit);
  out.idle_limit = seconds(in, "idle_limit_s", out.idle_limit);
  out.body_grace = seconds(in, "body_grace_s", out.body_grace);
  out.stall_limit = seconds(in, "stall_limit_s", out.stall_limit);
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
  c.shelved_offload_s =
      control.integer("shelved_offload_time", c.shelved_offload_s, -1, 10 * 365 * 86400);
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
  c.api.pool_threads = kPoolThreads;
  read_limits(api, c.api);
  c.access_log = api.string("access_log", c.state_directory + "/access.log");
  if (c.access_log == "none") c.access_log.clear();
  c.audit_log = api.string("audit_log", c.state_directory + "/audit.log");
  const YamlConfig metrics = api.section("metrics");
  c.local_figures = metrics.boolean("local", c.local_figures);
  c.figures_token_file = metrics.string("token_file", "");
  read_consoles(api.section("consoles"), c);
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
