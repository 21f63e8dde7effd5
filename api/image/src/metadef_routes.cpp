// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/metadef_routes.h"

#include "api/image/src/routes.h"

namespace virga::image {

void add_metadef_routes(http::Router& router, ImageDeps& deps) {
  add_metadef_namespace_routes(router, deps);
  add_metadef_object_routes(router, deps);
  add_metadef_property_routes(router, deps);
  add_metadef_tag_routes(router, deps);
  add_metadef_resource_type_routes(router, deps);
  add_metadef_schema_routes(router);
}

}  // namespace virga::image
