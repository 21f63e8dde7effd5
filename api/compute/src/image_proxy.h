// SPDX-License-Identifier: Apache-2.0
// Images as the Compute API shows them up to 2.38: rows and policies of the Image API.
#pragma once

#include <string_view>

#include "api/compute/compute_api.h"
#include "db/model/image.h"

namespace virga::compute {

/// The image {id} if the caller may see it and use a policy of the Image API on it.
/// @param refusal the sentence for an image that he sees but may not use so
/// @throws Error{not_found, forbidden}
model::Image get_image(store::ReadTx& tx, const http::Request& request, const char* refusal);

/// True for a property that the image service keeps for itself.
bool is_reserved_property(std::string_view name);

}  // namespace virga::compute
