// SPDX-License-Identifier: Apache-2.0
// Unified limits: a default for each resource of a service, and what a project or domain has
// instead.  Source: Identity API v3, "Unified limits".
#pragma once

#include <cstdint>
#include <string>

namespace virga::model {

struct RegisteredLimit {
  std::string id;
  std::string service_id;
  std::string region_id = {};       ///< empty: of all regions
  std::string resource_name;        ///< "image_count_total"
  std::int64_t default_limit = -1;  ///< -1: without limit
  std::string description = {};
};

/// What a project or a domain (one of them) has instead of the default.
struct Limit {
  std::string id;
  std::string registered_limit_id;
  std::string project_id = {};
  std::string domain_id = {};
  std::int64_t resource_limit = -1;  ///< -1: without limit
  std::string description = {};
  // Of the registered limit:
  std::string service_id = {};
  std::string region_id = {};
  std::string resource_name = {};
};

}  // namespace virga::model
