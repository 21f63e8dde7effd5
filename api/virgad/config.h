// SPDX-License-Identifier: Apache-2.0
// virgad's part of the configuration file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/console-proxy/proxy_settings.h"
#include "api/http/server.h"
#include "api/http/web_fetch.h"
#include "image-service/store_set.h"

namespace virga::virgad {

struct Config {
  std::string state_directory = "/var/lib/virga/control";  ///< database, images, authority
  std::string region = "RegionOne";
  std::string availability_zone = "nova";
  std::string log_file;  ///< empty: standard error
  std::string log_level = "info";
  std::map<std::string, std::string> policies;  ///< overrides: OpenStack's policy name -> rule
  http::ServerSettings api;
  http::ServerSettings agent_link;
  std::string access_log;                     ///< file of JSON lines; empty: none
  std::string audit_log;                      ///< file of JSON lines
  bool local_figures = true;                  ///< /metrics is open to this machine
  std::string figures_token_file;             ///< holds the bearer token for /metrics; empty: none
  std::vector<std::string> agent_link_names;  ///< names under which hosts reach the agent link
  std::int64_t cpu_ratio_percent = 400;
  std::int64_t memory_reserve_mib = 512;
  /// Shelved instances keep their disks on their host so long; -1: for ever.
  std::int64_t shelved_offload_s = 0;
  std::int64_t max_image_bytes = std::int64_t{1} << 40;
  std::vector<images::StoreConfig> more_stores;  ///< besides the one in images()
  std::string image_hash = "sha256";             ///< of os_hash_value
  bool image_md5 = false;                        ///< compute `checksum` of every image
  bool web_download = false;                     ///< images may be fetched from URIs
  http::WebRules web;
  console_proxy::ProxySettings consoles;
  std::int64_t console_token_life_s = 600;

  std::string database() const { return state_directory + "/virga.db"; }
  std::string images() const { return state_directory + "/images"; }
  /// The key that seals credentials in the database. A backup of the one is of use with the other.
  std::string sealing_key() const { return state_directory + "/sealing.key"; }
  std::string staging() const { return state_directory + "/staging"; }
  std::string authority() const { return state_directory + "/authority"; }
};

/// @throws Error{invalid} naming the key that is wrong
Config load_config(const std::string& path);

}  // namespace virga::virgad
