// SPDX-License-Identifier: Apache-2.0
// The service catalog: one address, a path prefix for each API.
#pragma once

#include <boost/json/array.hpp>
#include <string>

namespace virga::identity {

/// The catalog as tokens carry it. Ids are derived from names, so that they never change.
/// @param base "https://cloud.example:8774"
boost::json::array catalog(const std::string& base, const std::string& region);

}  // namespace virga::identity
