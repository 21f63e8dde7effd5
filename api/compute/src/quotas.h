// SPDX-License-Identifier: Apache-2.0
// What a project and each of its users may use.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "db/store/quotas.h"

namespace virga::compute {

/// Something that is limited.  Source: Compute API, "Quota sets".
struct QuotaResource {
  std::string_view name;
  std::int64_t limit = -1;       ///< when nothing was set
  int last_minor = 93;           ///< of the microversions that show it
  bool of_project_only = false;  ///< users have no limit of their own
};
/// In the order of their names.
inline constexpr std::array<QuotaResource, 14> kQuotaResources{{
    {"cores", 20},
    {"fixed_ips", -1, 35, true},
    {"floating_ips", -1, 35, true},
    {"injected_file_content_bytes", 10240, 56},
    {"injected_file_path_bytes", 255, 56},
    {"injected_files", 5, 56},
    {"instances", 10},
    {"key_pairs", 100},
    {"metadata_items", 128},
    {"ram", 51200},
    {"security_group_rules", -1, 35},
    {"security_groups", -1, 35},
    {"server_group_members", 10},
    {"server_groups", 10},
}};

using store::quotas::Limits;

/// All resources with the limits that hold for a project where nothing was set for it.
Limits default_limits(store::ReadTx& tx);
/// All resources with the limits of a quota class.
Limits class_limits(store::ReadTx& tx, const std::string& name);
/// All resources with the limits of a project, or of a user in it.
Limits limits_of(store::ReadTx& tx, const std::string& project_id, const std::string& user_id = "");
/// How much of each resource is used by a project, or by a user in it. What is counted for a user
/// only (key pairs) or not at all is 0, as with Nova.
Limits usage_of(store::ReadTx& tx, const std::string& project_id, const std::string& user_id = "");

/// What a request for instances wants.
struct InstanceClaim {
  std::string project_id;
  std::string user_id;
  std::int64_t vcpus = 0;       ///< of each
  std::int64_t memory_mib = 0;  ///< of each
  std::int64_t least = 1;
  std::int64_t most = 1;
};
/// How many of them may be made, from `least` to `most`.
/// @throws Error{forbidden} when that is less than `least`
std::int64_t require_instances(store::ReadTx& tx, const InstanceClaim& claim);

/// @throws Error{forbidden} when a server of the caller may not have so many items
void require_metadata_items(store::ReadTx& tx, const http::Request& request, std::size_t count);
/// @throws Error{forbidden} when the user has as many key pairs as he may
void require_key_pair(store::ReadTx& tx, const http::Request& request, const std::string& user_id);

}  // namespace virga::compute
