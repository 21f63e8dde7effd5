// SPDX-License-Identifier: Apache-2.0
// GET /limits: what a project may use and uses.
#include "api/compute/src/quotas.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/http/bind.h"
#include "common/error.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

constexpr char kOtherProject[] = "os_compute_api:limits:other_project";

/// How the document calls a resource.
struct Name {
  const char* key;
  const char* resource;
  int last_minor = 93;
};
constexpr Name kMost[] = {
    {"maxTotalRAMSize", "ram"},
    {"maxTotalInstances", "instances"},
    {"maxTotalCores", "cores"},
    {"maxTotalKeypairs", "key_pairs"},
    {"maxTotalFloatingIps", "floating_ips", 35},
    {"maxServerMeta", "metadata_items"},
    {"maxImageMeta", "metadata_items", 38},
    {"maxPersonality", "injected_files", 56},
    {"maxPersonalitySize", "injected_file_content_bytes", 56},
    {"maxSecurityGroups", "security_groups", 35},
    {"maxSecurityGroupRules", "security_group_rules", 35},
    {"maxServerGroups", "server_groups"},
    {"maxServerGroupMembers", "server_group_members"},
};
constexpr Name kUsed[] = {
    {"totalRAMUsed", "ram"},
    {"totalCoresUsed", "cores"},
    {"totalInstancesUsed", "instances"},
    {"totalFloatingIpsUsed", "floating_ips", 35},
    {"totalSecurityGroupsUsed", "security_groups", 35},
    {"totalServerGroupsUsed", "server_groups"},
};

template <std::size_t N>
void add(json::object& into, const Request& request, const Name (&names)[N], const Limits& from) {
  for (const Name& name : names)
    if (!at_least(request, name.last_minor + 1)) into[name.key] = from.at(name.resource);
}

Response show(ComputeDeps& deps, const Request& request) {
  if (at_least(request, 57)) require_parameters(request, {"tenant_id"});
  std::string project = request.who().project_id;
  if (const auto other = request.parameter("tenant_id")) {
    if (!request.allows(kOtherProject))
      throw Error(ErrorKind::forbidden,
                  std::string("Policy doesn't allow ") + kOtherProject + " to be performed.");
    project = *other;
  }
  json::object absolute;
  deps.db.read([&](ReadTx& tx) {
    add(absolute, request, kMost, limits_of(tx, project));
    add(absolute, request, kUsed, usage_of(tx, project));
  });
  return http::json_response(
      200, {{"limits", {{"rate", json::array{}}, {"absolute", std::move(absolute)}}}});
}

}  // namespace

void add_limit_routes(http::Router& r, ComputeDeps& deps) {
  r.get("/compute/v2.1/limits", "os_compute_api:limits", http::binder(deps)(show));
}

}  // namespace virga::compute
