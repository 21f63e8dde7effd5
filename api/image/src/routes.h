// SPDX-License-Identifier: Apache-2.0
// The resources of the Image API, a file each. Private to api/image.
#pragma once

#include "api/image/image_api.h"
#include "db/model/image.h"

namespace virga::image {

void add_image_routes(http::Router& router, ImageDeps& deps);
void add_image_data_routes(http::Router& router, ImageDeps& deps);
void add_metadef_routes(http::Router& router, ImageDeps& deps);

/// The image {id} if the caller may see it.  @throws Error{not_found}
model::Image get_image(store::ReadTx& tx, const http::Request& request);
/// The image {id} if the caller may change it.  @throws Error{not_found, forbidden}
model::Image get_own_image(store::ReadTx& tx, const http::Request& request);

}  // namespace virga::image
