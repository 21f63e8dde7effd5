// SPDX-License-Identifier: Apache-2.0
// The way of an instance to the shelf, as far as others than the API take it.
#pragma once

#include <string>

#include "common/clock.h"
#include "db/model/instance.h"
#include "db/store/database.h"

namespace virga::compute {

/// Its host is to forget the instance, whose image is active.
void begin_offload(store::WriteTx& tx, const model::Instance& instance, TimeUs now_us);

/// Its host has forgotten it: gives its allocation back and unbinds its ports, which it keeps.
void finish_offload(store::WriteTx& tx, const model::Instance& instance, TimeUs now_us);

/// Removes an image that the service itself has no more use for, unless it is protected.
void erase_image(store::WriteTx& tx, const std::string& image_id);

}  // namespace virga::compute
