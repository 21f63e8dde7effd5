// SPDX-License-Identifier: Apache-2.0
// Recording work that fills an image.
#pragma once

#include <string>
#include <vector>

#include "api/http/message.h"
#include "db/model/image.h"
#include "db/model/image_task.h"
#include "db/store/database.h"

namespace virga::image {

/// A task of the caller that has not begun; type, image and input are still to be set.
model::ImageTask new_task(const http::Request& request, TimeUs now);

/// Writes the task and locks its image for it.
void start_import(store::WriteTx& tx, const model::Image& image, const model::ImageTask& task,
                  const std::vector<std::string>& stores);

}  // namespace virga::image
