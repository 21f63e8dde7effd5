// SPDX-License-Identifier: Apache-2.0
// The resources of the Image API, a file each. Private to api/image.
#pragma once

#include "api/image/image_api.h"

namespace virga::image {

void add_image_routes(http::Router& router, ImageDeps& deps);
void add_image_list_routes(http::Router& router, ImageDeps& deps);
void add_image_data_routes(http::Router& router, ImageDeps& deps);
void add_image_member_routes(http::Router& router, ImageDeps& deps);
void add_image_action_routes(http::Router& router, ImageDeps& deps);
void add_image_cache_routes(http::Router& router, ImageDeps& deps);
void add_image_import_routes(http::Router& router, ImageDeps& deps);
void add_image_task_routes(http::Router& router, ImageDeps& deps);
void add_image_info_routes(http::Router& router, ImageDeps& deps);
void add_image_schema_routes(http::Router& router);
void add_metadef_routes(http::Router& router, ImageDeps& deps);

}  // namespace virga::image
