// SPDX-License-Identifier: Apache-2.0
// virgad's part of the configuration file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/http/server.h"

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
  std::vector<std::string> agent_link_names;  ///< names under which hosts reach the agent link
  std::int64_t cpu_ratio_percent = 400;
  std::int64_t memory_reserve_mib = 512;
  std::int64_t max_image_bytes = std::int64_t{1} << 40;

  std::string database() const { return state_directory + "/virga.db"; }
  std::string images() const { return state_directory + "/images"; }
  /// The key that seals credentials in the database. A backup of the one is of use with the other.
  std::string sealing_key() const { return state_directory + "/sealing.key"; }
  std::string authority() const { return state_directory + "/authority"; }
};

/// @throws Error{invalid} naming the key that is wrong
Config load_config(const std::string& path);

}  // namespace virga::virgad
