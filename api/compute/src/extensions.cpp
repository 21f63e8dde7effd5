// SPDX-License-Identifier: Apache-2.0
// /extensions: the parts of the API that were optional once. All are there since microversions took
// their place; clients still look for the aliases.
#include <algorithm>
#include <array>
#include <string_view>

#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/error.h"
#include "common/json.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;

struct Extension {
  std::string_view alias;
  std::string_view name;
};

/// Source: Compute API of Zed, "List Extensions". In the order of their aliases.
constexpr std::array<Extension, 99> kExtensions{{
    {"NMN", "Multinic"},
    {"OS-DCF", "DiskConfig"},
    {"OS-EXT-AZ", "ExtendedAvailabilityZone"},
    {"OS-EXT-IMG-SIZE", "ImageSize"},
    {"OS-EXT-IPS", "ExtendedIps"},
    {"OS-EXT-IPS-MAC", "ExtendedIpsMac"},
    {"OS-EXT-SRV-ATTR", "ExtendedServerAttributes"},
    {"OS-EXT-STS", "ExtendedStatus"},
    {"OS-FLV-DISABLED", "FlavorDisabled"},
    {"OS-FLV-EXT-DATA", "FlavorExtraData"},
    {"OS-SCH-HNT", "SchedulerHints"},
    {"OS-SRV-USG", "ServerUsage"},
    {"os-access-ips", "AccessIPs"},
    {"os-admin-actions", "AdminActions"},
    {"os-admin-password", "AdminPassword"},
    {"os-agents", "Agents"},
    {"os-aggregates", "Aggregates"},
    {"os-assisted-volume-snapshots", "AssistedVolumeSnapshots"},
    {"os-attach-interfaces", "AttachInterfaces"},
    {"os-availability-zone", "AvailabilityZone"},
    {"os-baremetal-ext-status", "BareMetalExtStatus"},
    {"os-baremetal-nodes", "BareMetalNodes"},
    {"os-block-device-mapping", "BlockDeviceMapping"},
    {"os-block-device-mapping-v2-boot", "BlockDeviceMappingV2Boot"},
    {"os-cell-capacities", "CellCapacities"},
    {"os-cells", "Cells"},
    {"os-certificates", "Certificates"},
    {"os-cloudpipe", "Cloudpipe"},
    {"os-cloudpipe-update", "CloudpipeUpdate"},
    {"os-config-drive", "ConfigDrive"},
    {"os-console-auth-tokens", "ConsoleAuthTokens"},
    {"os-console-output", "ConsoleOutput"},
    {"os-consoles", "Consoles"},
    {"os-create-backup", "CreateBackup"},
    {"os-create-server-ext", "Createserverext"},
    {"os-deferred-delete", "DeferredDelete"},
    {"os-evacuate", "Evacuate"},
    {"os-extended-evacuate-find-host", "ExtendedEvacuateFindHost"},
    {"os-extended-floating-ips", "ExtendedFloatingIps"},
    {"os-extended-hypervisors", "ExtendedHypervisors"},
    {"os-extended-networks", "ExtendedNetworks"},
    {"os-extended-quotas", "ExtendedQuotas"},
    {"os-extended-rescue-with-image", "ExtendedRescueWithImage"},
    {"os-extended-services", "ExtendedServices"},
    {"os-extended-services-delete", "ExtendedServicesDelete"},
    {"os-extended-status", "ExtendedStatus"},
    {"os-extended-volumes", "ExtendedVolumes"},
    {"os-fixed-ips", "FixedIPs"},
    {"os-flavor-access", "FlavorAccess"},
    {"os-flavor-extra-specs", "FlavorExtraSpecs"},
    {"os-flavor-manage", "FlavorManage"},
    {"os-flavor-rxtx", "FlavorRxtx"},
    {"os-flavor-swap", "FlavorSwap"},
    {"os-floating-ip-dns", "FloatingIpDns"},
    {"os-floating-ip-pools", "FloatingIpPools"},
    {"os-floating-ips", "FloatingIps"},
    {"os-floating-ips-bulk", "FloatingIpsBulk"},
    {"os-fping", "Fping"},
    {"os-hide-server-addresses", "HideServerAddresses"},
    {"os-hosts", "Hosts"},
    {"os-hypervisor-status", "HypervisorStatus"},
    {"os-hypervisors", "Hypervisors"},
    {"os-instance-actions", "InstanceActions"},
    {"os-instance_usage_audit_log", "OSInstanceUsageAuditLog"},
    {"os-keypairs", "Keypairs"},
    {"os-lock-server", "LockServer"},
    {"os-migrate-server", "MigrateServer"},
    {"os-migrations", "Migrations"},
    {"os-multiple-create", "MultipleCreate"},
    {"os-networks", "Networks"},
    {"os-networks-associate", "NetworkAssociationSupport"},
    {"os-pause-server", "PauseServer"},
    {"os-personality", "Personality"},
    {"os-preserve-ephemeral-rebuild", "PreserveEphemeralOnRebuild"},
    {"os-quota-class-sets", "QuotaClasses"},
    {"os-quota-sets", "Quotas"},
    {"os-rescue", "Rescue"},
    {"os-security-group-default-rules", "SecurityGroupDefaultRules"},
    {"os-security-groups", "SecurityGroups"},
    {"os-server-diagnostics", "ServerDiagnostics"},
    {"os-server-external-events", "ServerExternalEvents"},
    {"os-server-group-quotas", "ServerGroupQuotas"},
    {"os-server-groups", "ServerGroups"},
    {"os-server-list-multi-status", "ServerListMultiStatus"},
    {"os-server-password", "ServerPassword"},
    {"os-server-sort-keys", "ServerSortKeys"},
    {"os-server-start-stop", "ServerStartStop"},
    {"os-services", "Services"},
    {"os-shelve", "Shelve"},
    {"os-simple-tenant-usage", "SimpleTenantUsage"},
    {"os-suspend-server", "SuspendServer"},
    {"os-tenant-networks", "OSTenantNetworks"},
    {"os-used-limits", "UsedLimits"},
    {"os-used-limits-for-admin", "UsedLimitsForAdmin"},
    {"os-user-data", "UserData"},
    {"os-user-quotas", "UserQuotas"},
    {"os-virtual-interfaces", "VirtualInterfaces"},
    {"os-volume-attachment-update", "VolumeAttachmentUpdate"},
    {"os-volumes", "Volumes"},
}};

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

/// "ServerGroupQuotas" -> "Server Group Quotas"
std::string in_words(std::string_view name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (i > 0 && is_capital(name[i]) && !is_capital(name[i - 1])) words += ' ';
    words += name[i];
  }
  return words;
}

json::object view(const Extension& e) {
  return {{"alias", std::string(e.alias)},
          {"name", std::string(e.name)},
          {"description", in_words(e.name)},
          {"namespace", "http://docs.openstack.org/compute/ext/fake_xml"},
          {"updated", "2014-12-03T00:00:00Z"},
          {"links", json::array{}}};
}

Response list(ComputeDeps&, const Request&) {
  json::array views;
  for (const Extension& e : kExtensions) views.push_back(view(e));
  return http::json_response(200, {{"extensions", std::move(views)}});
}

Response show(ComputeDeps&, const Request& request) {
  const std::string& alias = request.param("alias");
  const auto* const found = std::find_if(kExtensions.begin(), kExtensions.end(),
                                         [&](const Extension& e) { return e.alias == alias; });
  if (found == kExtensions.end())
    throw Error(ErrorKind::not_found, "The resource could not be found.");
  return http::json_response(200, {{"extension", view(*found)}});
}

}  // namespace

void add_extension_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/compute/v2.1/extensions", "os_compute_api:extensions", bind(list));
  r.get("/compute/v2.1/extensions/{alias}", "os_compute_api:extensions", bind(show));
}

}  // namespace virga::compute
