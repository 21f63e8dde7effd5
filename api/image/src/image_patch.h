// SPDX-License-Identifier: Apache-2.0
// Changes of an image as clients send them: lists of add, replace and remove. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "db/model/image.h"

namespace virga::image {

enum class PatchForm {
  v2_0,  ///< {"replace": "/name", "value": ...}
  v2_1,  ///< {"op": "replace", "path": "/name", "value": ...}
};

struct PatchChange {
  std::string op;    ///< "add", "replace", "remove"
  std::string name;  ///< the first part of the path
  json::value value;
  PatchForm form = PatchForm::v2_1;
};

/// @throws Error{invalid, forbidden} in the service's words
std::vector<PatchChange> parse_patch(const json::value& body, PatchForm form);

/// @param allow called with each name and the image as it would be; throws to refuse
/// @throws Error{invalid, forbidden, conflict}
void apply_patch(model::Image& image, const std::vector<PatchChange>& changes,
                 const std::function<void(const std::string&, const model::Image&)>& allow);

}  // namespace virga::image
