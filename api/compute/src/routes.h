// SPDX-License-Identifier: Apache-2.0
// The resources of the Compute API, a file each. Private to api/compute.
#pragma once

#include "api/compute/compute_api.h"

namespace virga::compute {

void add_flavor_routes(http::Router& router, ComputeDeps& deps);  // and those of its parts:
void add_flavor_access_routes(http::Router& router, ComputeDeps& deps);
void add_flavor_extra_spec_routes(http::Router& router, ComputeDeps& deps);
void add_flavor_manage_routes(http::Router& router, ComputeDeps& deps);
void add_extension_routes(http::Router& router, ComputeDeps& deps);
void add_image_metadata_routes(http::Router& router, ComputeDeps& deps);  // by add_image_routes()
void add_image_routes(http::Router& router, ComputeDeps& deps);
void add_keypair_routes(http::Router& router, ComputeDeps& deps);
void add_limit_routes(http::Router& router, ComputeDeps& deps);
void add_quota_class_routes(http::Router& router, ComputeDeps& deps);
void add_quota_set_routes(http::Router& router, ComputeDeps& deps);
void add_removed_routes(http::Router& router, ComputeDeps& deps);
void add_server_routes(http::Router& router, ComputeDeps& deps);
void add_server_action_routes(http::Router& router, ComputeDeps& deps);
void add_console_routes(http::Router& router, ComputeDeps& deps);
void add_hypervisor_routes(http::Router& router, ComputeDeps& deps);
void add_tenant_usage_routes(http::Router& router, ComputeDeps& deps);
void add_usage_audit_log_routes(http::Router& router, ComputeDeps& deps);
void add_service_routes(http::Router& router, ComputeDeps& deps);
void add_aggregate_image_routes(http::Router& router, ComputeDeps& deps);
void add_aggregate_routes(http::Router& router, ComputeDeps& deps);
void add_assisted_snapshot_routes(http::Router& router, ComputeDeps& deps);
void add_availability_zone_routes(http::Router& router, ComputeDeps& deps);
void add_external_event_routes(http::Router& router, ComputeDeps& deps);
void add_host_routes(http::Router& router, ComputeDeps& deps);
void add_migration_routes(http::Router& router, ComputeDeps& deps);
void add_server_group_routes(http::Router& router, ComputeDeps& deps);

/// "http://address:8774/compute/v2.1" under which this request came.
std::string compute_url(const http::Request& request);

}  // namespace virga::compute
