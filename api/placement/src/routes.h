// SPDX-License-Identifier: Apache-2.0
// The resources of the Placement API, a file each. Private to api/placement.
#pragma once

#include "api/placement/placement_api.h"

namespace virga::placement {

void add_aggregate_routes(http::Router& router, PlacementDeps& deps);
void add_allocation_candidate_routes(http::Router& router, PlacementDeps& deps);
void add_allocation_routes(http::Router& router, PlacementDeps& deps);
void add_inventory_routes(http::Router& router, PlacementDeps& deps);
void add_provider_trait_routes(http::Router& router, PlacementDeps& deps);
void add_reshaper_routes(http::Router& router, PlacementDeps& deps);
void add_resource_class_routes(http::Router& router, PlacementDeps& deps);
void add_resource_provider_routes(http::Router& router, PlacementDeps& deps);
void add_trait_routes(http::Router& router, PlacementDeps& deps);
void add_usage_routes(http::Router& router, PlacementDeps& deps);

}  // namespace virga::placement
