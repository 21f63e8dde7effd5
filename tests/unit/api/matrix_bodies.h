// SPDX-License-Identifier: Apache-2.0
// What the requests of the matrix are about, and what they say. "$NAME" is an id of the world.
#pragma once

#include <optional>
#include <string>

namespace virga::virgad {

struct MatrixBody {
  std::string text;
  std::string type = "application/json";
};

/// The object for a parameter of a route ("GET /path/{id}") behind the segment `before`; nullopt
/// when there is none.
std::optional<std::string> object_for(const std::string& route, const std::string& before,
                                      const std::string& parameter);

/// A body that the route accepts where one is known, else an empty object.
MatrixBody body_for(const std::string& method, const std::string& pattern);

}  // namespace virga::virgad
