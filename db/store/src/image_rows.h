// SPDX-License-Identifier: Apache-2.0
// The columns of an image, in the order in which they are read.
#pragma once

#include "db/model/image.h"
#include "db/store/database.h"

#define IMAGE_COLUMNS                                                                              \
  "id, name, owner, status, visibility, disk_format, container_format, size, virtual_size,"        \
  " digest, checksum, refusal, min_disk_gib, min_memory_mib, is_protected, is_hidden, created_us," \
  " updated_us, hash_algorithm, hash_value, unbootable, staged_digest, staged_size, import_task"

namespace virga::store::images {

model::Image read_image(const Rows& r);

}  // namespace virga::store::images
