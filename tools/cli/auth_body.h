// SPDX-License-Identifier: Apache-2.0
// From a configuration to the body of POST /v3/auth/tokens. Pure.
#pragma once

#include <boost/json/object.hpp>

#include "tools/cli/cloud_config.h"

namespace virga::cli {

/// The body of a login.  @throws Error{invalid} naming what is missing or contradicts itself
boost::json::object auth_body(const CloudConfig& cloud);

/// The secret that the way to log in needs and the configuration does not have ("password"); ""
/// when nothing is missing.
std::string missing_secret(const CloudConfig& cloud);

}  // namespace virga::cli
