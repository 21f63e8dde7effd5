// SPDX-License-Identifier: Apache-2.0
// Which image a request is about, and whether its caller may do that to it.
#pragma once

#include "api/image/image_api.h"
#include "db/model/image.h"

namespace virga::image {

/// The image {id} if the caller may see it.  @throws Error{not_found}
model::Image get_image(store::ReadTx& tx, const http::Request& request);

/// Checks the route's policy against the image.  @throws Error{forbidden}
void require_policy(const http::Request& request, const model::Image& image);
/// Checks another policy.  @throws Error{forbidden}
void require_policy(const http::Request& request, std::string_view policy,
                    const model::Image& image);

/// get_image() and require_policy().
model::Image get_image_for_policy(store::ReadTx& tx, const http::Request& request);

/// An answer in the form of the service's errors, for statuses that no exception has.
http::Response error_page(int status, const std::string& message);

/// What the caller already uses is within his limit.
/// @param delta what is asked for  @throws Error{too_large}
void require_quota(store::ReadTx& tx, const ImageDeps& deps, const std::string& project_id,
                   const std::string& resource, std::int64_t delta = 0);

}  // namespace virga::image
