// SPDX-License-Identifier: Apache-2.0
// The resources of metadata definitions, a file each. Private to api/image.
#pragma once

#include "api/image/image_api.h"

namespace virga::image {

void add_metadef_namespace_routes(http::Router& router, ImageDeps& deps);
void add_metadef_object_routes(http::Router& router, ImageDeps& deps);
void add_metadef_property_routes(http::Router& router, ImageDeps& deps);
void add_metadef_tag_routes(http::Router& router, ImageDeps& deps);
void add_metadef_resource_type_routes(http::Router& router, ImageDeps& deps);
void add_metadef_schema_routes(http::Router& router);

}  // namespace virga::image
