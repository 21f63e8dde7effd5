// SPDX-License-Identifier: Apache-2.0
// An image as the API shows it.
#pragma once

#include <string_view>

#include "common/json_writer.h"
#include "db/model/image.h"
#include "db/model/image_task.h"

namespace virga::image {

void write_image(JsonWriter& out, const model::Image& image);
void write_member(JsonWriter& out, const model::ImageMember& member);
/// @param whole with input, result and message
void write_task(JsonWriter& out, const model::ImageTask& task, bool whole);

/// The text as a part of a query: everything but unreserved characters encoded.
std::string query_encoded(std::string_view text);

}  // namespace virga::image
