// SPDX-License-Identifier: Apache-2.0
// What clients may set on an image, and in which form. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "db/model/image.h"

namespace virga::image {

/// True for a property that the image itself has ("name", "min_ram"), false for custom ones.
bool is_base_property(std::string_view name) noexcept;

/// Refuses what only the service sets.  @throws Error{forbidden}
void require_settable(std::string_view name);

/// Puts a value into the image, base property or custom one.
/// @throws Error{invalid} when it has another form than the schema says
void set_property(model::Image& image, const std::string& name, const json::value& value);

/// Numbers of properties and tags.  @throws Error{too_large}
void require_within_quotas(const model::Image& image);

/// @throws Error{invalid} "Provided object does not match schema 'image': ..."
[[noreturn]] void refuse_schema(const std::string& reason);

const std::vector<std::string_view>& container_formats();

}  // namespace virga::image
