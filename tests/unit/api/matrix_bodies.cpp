// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/api/matrix_bodies.h"

#include <map>

namespace virga::virgad {
namespace {

using Texts = std::map<std::string, std::string>;

// Routes that are about another object than others of their kind.
const Texts kOfRoute{
    {"PUT /image/v2/images/{id}/file", "$QUEUED"},
    {"PUT /image/v2/images/{id}/stage", "$QUEUED"},
    {"POST /image/v2/images/{id}/import", "$STAGED"},
    {"GET /compute/v2.1/flavors/{id}/os-flavor-access", "$FLAVOR"},
    {"GET /compute/v2.1/os-instance_usage_audit_log/{before}", "2013-01-01%2000:00:00"},
    // Those that nothing uses.
    {"DELETE /placement/resource_providers/{uuid}", "$PROVIDER"},
    {"DELETE /compute/v2.1/os-aggregates/{id}", "$SPARE_AGGREGATE"},
    {"DELETE /identity/v3/domains/{domain_id}", "$CLOSED"},
    {"DELETE /identity/v3/projects/{project_id}", "$SUB"},
    {"DELETE /identity/v3/regions/{region_id}", "spare"},
    {"DELETE /identity/v3/services/{service_id}", "$SPARE"},
};

// "before/{parameter}", or "{parameter}" behind anything.
const Texts kObjects{
    {"extensions/{alias}", "os-keypairs"},
    {"flavors/{id}", "small"},
    {"os-aggregates/{id}", "$AGGREGATE"},
    {"os-assisted-volume-snapshots/{id}", "1"},
    {"os-hosts/{name}", "host"},
    {"os-extra_specs/{key}", "k"},
    {"os-quota-class-sets/{id}", "default"},
    {"os-quota-sets/{id}", "$A1"},
    {"os-simple-tenant-usage/{id}", "$A1"},
    {"metadata/{key}", "k"},
    // What is removed has no objects.
    {"consoles/{console_id}", "1"},
    {"entries/{name}", "1"},
    {"os-agents/{id}", "1"},
    {"os-baremetal-nodes/{id}", "1"},
    {"os-cells/{id}", "1"},
    {"os-certificates/{id}", "1"},
    {"os-cloudpipe/{id}", "1"},
    {"os-fixed-ips/{id}", "1"},
    {"os-floating-ip-dns/{id}", "1"},
    {"os-floating-ips-bulk/{id}", "1"},
    {"os-fping/{id}", "1"},
    {"os-networks/{id}", "1"},
    {"os-security-group-default-rules/{id}", "1"},
    {"os-tenant-networks/{id}", "1"},
    {"os-hypervisors/{id}", "1"},
    {"os-keypairs/{name}", "key"},
    {"os-server-groups/{id}", "$SERVER_GROUP"},
    {"os-services/{id}", "$HOST"},
    {"servers/{id}", "$SERVER"},
    {"os-console-auth-tokens/{token}", "console-secret"},
    {"{a}", "x.js"},  // files of noVNC, which is not installed
    {"{b}", "x.js"},
    {"{c}", "x.js"},
    {"{d}", "x.js"},
    {"{e}", "x.js"},
    {"images/{id}", "$IMAGE"},
    {"cache/{id}", "$IMAGE"},
    {"{store}/{id}", "$IMAGE"},
    {"stores/{store}", "local"},
    {"members/{member_id}", "$SUB"},
    {"tags/{tag}", "blue"},
    {"tags/{value}", "blue"},
    {"tasks/{task_id}", "$TASK"},
    {"namespaces/{namespace}", "$NAMESPACE"},
    {"objects/{name}", "o"},
    {"properties/{name}", "p"},
    {"tags/{name}", "t"},
    {"resource_types/{name}", "OS::Nova::Flavor"},
    {"networks/{id}", "$NETWORK"},
    {"subnets/{id}", "$SUBNET"},
    {"ports/{id}", "$PORT"},
    {"endpoint_groups/{group_id}", "$EPGROUP"},
    {"groups/{group_id}", "$GROUP"},
    {"limits/{limit_id}", "$LIMIT"},
    {"registered_limits/{limit_id}", "$REGISTERED"},
    {"config/{group}", "identity"},
    {"{group}/{option}", "driver"},
    {"security_compliance/{option}", "password_regex"},
    {"resource_providers/{uuid}", "$HOST"},
    {"inventories/{resource_class}", "VCPU"},
    {"resource_classes/{name}", "CUSTOM_SPARE"},
    {"traits/{name}", "CUSTOM_SPARE"},
    {"allocations/{consumer_uuid}", "$SERVER"},
    {"{access}", "$ACCESS"},
    {"{access_rule_id}", "$RULE"},
    {"{access_token_id}", "$ACCESS_TOKEN"},
    {"{application_credential_id}", "$APPCRED"},
    {"{consumer_id}", "$CONSUMER"},
    {"{credential_id}", "$CREDENTIAL"},
    {"{domain_id}", "$A"},
    {"{endpoint_id}", "$ENDPOINT"},
    {"{implied_role_id}", "$IMPLIED"},
    {"{policy_id}", "$POLICY"},
    {"{project_id}", "$A1"},
    {"{region_id}", "$REGION"},
    {"{request_token_id}", "$REQUEST_TOKEN"},
    {"{role_id}", "$ROLE"},
    {"{service_id}", "$SERVICE"},
    {"{trust_id}", "$TRUST"},
    {"{user_id}", "$MEMBER"},
};

constexpr char kKey[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDqGI1hk2s75EX0RuE4FzRzPgEcEOnKfrtHxM4rFl14n u@e";

const Texts kIdentityBodies{
    {"POST /users", R"({"user": {"name": "new", "domain_id": "$A"}})"},
    {"PATCH /users/{user_id}", R"({"user": {"description": "new"}})"},
    {"POST /projects", R"({"project": {"name": "new", "domain_id": "$A"}})"},
    {"PATCH /projects/{project_id}", R"({"project": {"description": "new"}})"},
    {"PUT /projects/{project_id}/tags", R"({"tags": ["red"]})"},
    {"POST /domains", R"({"domain": {"name": "new"}})"},
    {"PATCH /domains/{domain_id}", R"({"domain": {"description": "new"}})"},
    {"PUT /domains/{domain_id}/config", R"({"config": {"identity": {"driver": "sql"}}})"},
    {"PATCH /domains/{domain_id}/config", R"({"config": {"identity": {"driver": "sql"}}})"},
    {"PATCH /domains/{domain_id}/config/{group}", R"({"config": {"identity": {"driver": "sql"}}})"},
    {"PATCH /domains/{domain_id}/config/{group}/{option}", R"({"config": {"driver": "sql"}})"},
    {"POST /groups", R"({"group": {"name": "new", "domain_id": "$A"}})"},
    {"PATCH /groups/{group_id}", R"({"group": {"description": "new"}})"},
    {"POST /roles", R"({"role": {"name": "new"}})"},
    {"PATCH /roles/{role_id}", R"({"role": {"description": "new"}})"},
    {"POST /regions", R"({"region": {"id": "new"}})"},
    {"PATCH /regions/{region_id}", R"({"region": {"description": "new"}})"},
    {"POST /services", R"({"service": {"type": "new"}})"},
    {"PATCH /services/{service_id}", R"({"service": {"name": "new"}})"},
    {"POST /endpoints",
     R"({"endpoint": {"service_id": "$SERVICE", "interface": "admin", "url": "http://t"}})"},
    {"PATCH /endpoints/{endpoint_id}", R"({"endpoint": {"url": "http://u"}})"},
    {"POST /policies", R"({"policy": {"blob": "{}", "type": "application/json"}})"},
    {"PATCH /policies/{policy_id}", R"({"policy": {"blob": "[]"}})"},
    {"POST /OS-EP-FILTER/endpoint_groups",
     R"({"endpoint_group": {"name": "h", "filters": {"interface": "admin"}}})"},
    {"PATCH /OS-EP-FILTER/endpoint_groups/{group_id}", R"({"endpoint_group": {"name": "h"}})"},
    {"POST /OS-OAUTH1/consumers", R"({"consumer": {"description": "new"}})"},
    {"PATCH /OS-OAUTH1/consumers/{consumer_id}", R"({"consumer": {"description": "new"}})"},
    {"PUT /OS-OAUTH1/authorize/{request_token_id}", R"({"roles": [{"id": "$ADMIN_ROLE"}]})"},
    {"POST /credentials",
     R"({"credential": {"user_id": "$MEMBER", "type": "cert", "blob": "mine"}})"},
    {"PATCH /credentials/{credential_id}", R"({"credential": {"blob": "new"}})"},
    {"POST /users/{user_id}/credentials/OS-EC2", R"({"tenant_id": "$A1"})"},
    {"POST /users/{user_id}/application_credentials",
     R"({"application_credential": {"name": "new"}})"},
    {"POST /OS-TRUST/trusts",
     R"({"trust": {"trustor_user_id": "$MEMBER", "trustee_user_id": "$HELPER",
         "project_id": "$A1", "impersonation": false, "roles": [{"name": "member"}]}})"},
    {"POST /registered_limits",
     R"({"registered_limits": [{"service_id": "$SERVICE", "resource_name": "new",
         "default_limit": 1}]})"},
    {"PATCH /registered_limits/{limit_id}", R"({"registered_limit": {"description": "new"}})"},
    {"POST /limits",
     R"({"limits": [{"project_id": "$A1", "service_id": "$SERVICE", "resource_name": "others",
         "resource_limit": 1}]})"},
    {"PATCH /limits/{limit_id}", R"({"limit": {"resource_limit": 2}})"},
    {"POST /auth/tokens", R"({"auth": {"identity": {"methods": []}}})"},
};

const Texts kBodies{
    {"POST /compute/v2.1/flavors",
     R"({"flavor": {"name": "new", "vcpus": 1, "ram": 64, "disk": 1}})"},
    {"POST /compute/v2.1/os-aggregates", R"({"aggregate": {"name": "new"}})"},
    {"PUT /compute/v2.1/os-aggregates/{id}", R"({"aggregate": {"name": "new"}})"},
    {"POST /compute/v2.1/os-aggregates/{id}/images", R"({"cache": [{"id": "$IMAGE"}]})"},
    {"POST /compute/v2.1/os-aggregates/{id}/action",
     R"({"set_metadata": {"metadata": {"a": "b"}}})"},
    {"POST /compute/v2.1/os-server-groups",
     R"({"server_group": {"name": "new", "policies": ["affinity"]}})"},
    {"PUT /compute/v2.1/os-services/{id}", R"({"status": "disabled"})"},
    {"POST /compute/v2.1/os-server-external-events",
     R"({"events": [{"server_uuid": "$SERVER", "name": "network-changed"}]})"},
    {"POST /compute/v2.1/os-assisted-volume-snapshots",
     R"({"snapshot": {"volume_id": "v", "create_info":
         {"snapshot_id": "s", "type": "qcow2", "new_file": "f"}}})"},
    {"PUT /compute/v2.1/flavors/{id}", R"({"flavor": {"description": "new"}})"},
    {"POST /compute/v2.1/flavors/{id}/action", R"({"addTenantAccess": {"tenant": "$A1"}})"},
    {"POST /compute/v2.1/flavors/{id}/os-extra_specs", R"({"extra_specs": {"k": "new"}})"},
    {"PUT /compute/v2.1/flavors/{id}/os-extra_specs/{key}", R"({"k": "new"})"},
    {"POST /compute/v2.1/images/{id}/metadata", R"({"metadata": {"k": "new"}})"},
    {"PUT /compute/v2.1/images/{id}/metadata", R"({"metadata": {"k": "new"}})"},
    {"PUT /compute/v2.1/images/{id}/metadata/{key}", R"({"meta": {"k": "new"}})"},
    {"PUT /compute/v2.1/os-quota-class-sets/{id}", R"({"quota_class_set": {"cores": 9}})"},
    {"PUT /compute/v2.1/os-quota-sets/{id}", R"({"quota_set": {"cores": 9}})"},
    {"POST /compute/v2.1/os-keypairs",
     std::string(R"({"keypair": {"name": "new", "public_key": ")") + kKey + "\"}}"},
    {"POST /compute/v2.1/servers",
     R"({"server": {"name": "new", "imageRef": "$IMAGE", "flavorRef": "small",
         "networks": [{"uuid": "$NETWORK"}]}})"},
    {"POST /compute/v2.1/servers/{id}/action", R"({"reboot": {"type": "HARD"}})"},
    {"POST /compute/v2.1/servers/{id}/remote-consoles",
     R"({"remote_console": {"protocol": "vnc", "type": "novnc"}})"},
    {"POST /image/v2/images",
     R"({"name": "new", "disk_format": "raw", "container_format": "bare"})"},
    {"POST /image/v2/images/{id}/members", R"({"member": "$B1"})"},
    {"PUT /image/v2/images/{id}/members/{member_id}", R"({"status": "accepted"})"},
    {"POST /image/v2/images/{id}/import", R"({"method": {"name": "glance-direct"}})"},
    {"POST /image/v2/tasks", R"({"type": "import", "input": {}})"},
    {"POST /image/v2/metadefs/namespaces", R"({"namespace": "new"})"},
    {"PUT /image/v2/metadefs/namespaces/{namespace}",
     R"({"namespace": "$NAMESPACE", "description": "new"})"},
    {"POST /image/v2/metadefs/namespaces/{namespace}/objects", R"({"name": "new"})"},
    {"PUT /image/v2/metadefs/namespaces/{namespace}/objects/{name}",
     R"({"name": "o", "description": "new"})"},
    {"POST /image/v2/metadefs/namespaces/{namespace}/properties",
     R"({"name": "new", "title": "N", "type": "string"})"},
    {"PUT /image/v2/metadefs/namespaces/{namespace}/properties/{name}",
     R"({"name": "p", "title": "N", "type": "string"})"},
    {"POST /image/v2/metadefs/namespaces/{namespace}/resource_types", R"({"name": "New"})"},
    {"POST /image/v2/metadefs/namespaces/{namespace}/tags", R"({"tags": [{"name": "new"}]})"},
    {"PUT /image/v2/metadefs/namespaces/{namespace}/tags/{name}", R"({"name": "new"})"},
    {"POST /placement/resource_providers", R"({"name": "new"})"},
    {"PUT /placement/resource_providers/{uuid}", R"({"name": "new"})"},
    {"POST /placement/resource_providers/{uuid}/inventories",
     R"({"resource_class": "VGPU", "total": 1})"},
    {"PUT /placement/resource_providers/{uuid}/inventories",
     R"({"resource_provider_generation": 0, "inventories": {"VCPU": {"total": 8},
         "MEMORY_MB": {"total": 8192}, "DISK_GB": {"total": 100}}})"},
    {"PUT /placement/resource_providers/{uuid}/inventories/{resource_class}",
     R"({"resource_provider_generation": 0, "total": 4})"},
    {"PUT /placement/resource_providers/{uuid}/aggregates", "[]"},
    {"PUT /placement/resource_providers/{uuid}/traits",
     R"({"resource_provider_generation": 0, "traits": ["COMPUTE_NODE"]})"},
    {"POST /placement/resource_classes", R"({"name": "CUSTOM_NEW"})"},
    {"PUT /placement/resource_classes/{name}", R"({"name": "CUSTOM_NEW"})"},
    {"PUT /placement/allocations/{consumer_uuid}",
     R"({"allocations": [{"resource_provider": {"uuid": "$HOST"}, "resources": {"VCPU": 2}}]})"},
    {"POST /placement/allocations",
     R"({"$SERVER": {"allocations": {"$HOST": {"resources": {"VCPU": 2}}}, "project_id": "$A1",
         "user_id": "$MEMBER"}})"},
    {"POST /placement/reshaper",
     R"({"inventories": {"$HOST": {"resource_provider_generation": 0, "inventories":
         {"VCPU": {"total": 8}, "MEMORY_MB": {"total": 8192}, "DISK_GB": {"total": 100}}}},
         "allocations": {}})"},
    {"POST /networking/v2.0/networks",
     R"({"network": {"name": "new", "provider:physical_network": "physnet2"}})"},
    {"POST /networking/v2.0/subnets",
     R"({"subnet": {"network_id": "$NETWORK", "ip_version": 4, "cidr": "10.9.0.0/24"}})"},
};

const std::string* find(const Texts& texts, const std::string& key) {
  const auto it = texts.find(key);
  return it == texts.end() ? nullptr : &it->second;
}

}  // namespace

std::optional<std::string> object_for(const std::string& route, const std::string& before,
                                      const std::string& parameter) {
  if (const auto* own = find(kOfRoute, route)) return *own;
  const bool delegated = route.find("/OS-TRUST/") != std::string::npos ||
                         route.find("/access_tokens/") != std::string::npos;
  if (delegated && parameter == "{role_id}") return "$MEMBER_ROLE";
  if (before == "images" && route.find("/members") != std::string::npos) return "$SHARED";
  const auto* found = find(kObjects, before + "/" + parameter);
  if (found == nullptr) found = find(kObjects, parameter);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

MatrixBody body_for(const std::string& method, const std::string& pattern) {
  if (method != "POST" && method != "PUT" && method != "PATCH") return {};
  if (pattern.ends_with("/file") || pattern.ends_with("/stage"))
    return {std::string(1024, 'y'), "application/octet-stream"};
  if (method == "PATCH" && pattern == "/image/v2/images/{id}")
    return {R"([{"op": "replace", "path": "/name", "value": "new"}])",
            "application/openstack-images-v2.1-json-patch"};
  const std::string v3 = "/identity/v3";
  const auto* found = pattern.starts_with(v3)
                          ? find(kIdentityBodies, method + " " + pattern.substr(v3.size()))
                          : find(kBodies, method + " " + pattern);
  return {found == nullptr ? "{}" : *found};
}

}  // namespace virga::virgad
