// SPDX-License-Identifier: Apache-2.0
// How the Compute API finds and shows flavors.
#pragma once

#include <string>

#include "api/compute/compute_api.h"
#include "common/json_writer.h"
#include "db/model/flavor.h"

namespace virga::compute {

/// The flavor `id` if the caller may see it: administrators see all.  @throws Error{not_found}
model::Flavor get_flavor(store::ReadTx& tx, const http::Request& request, const std::string& id);

/// Writes id, name, links and, from 2.55 on, the description.
void write_flavor_summary(JsonWriter& out, const http::Request& request, const model::Flavor& f);
/// Writes all that the microversion has.
void write_flavor(JsonWriter& out, const http::Request& request, const model::Flavor& f);
/// {"flavor": {...}}
http::Response flavor_answer(const http::Request& request, const model::Flavor& f);

}  // namespace virga::compute
