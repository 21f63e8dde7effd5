// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/compute/compute_api.h"

namespace virga::compute {

/// POST /servers: one transaction writes the instances, their allocation on chosen hosts, their
/// ports and addresses and their action records.
http::Response create_servers(ComputeDeps& deps, const http::Request& request);

}  // namespace virga::compute
