// SPDX-License-Identifier: Apache-2.0
// Checks of a qcow2 header.  Source: QEMU, docs/interop/qcow2.txt.
#pragma once

#include <cstdint>

#include "image-service/src/signatures.h"

namespace virga::images {

/// Accepts only a self-contained, cleanly closed, unencrypted image whose tables lie within it.
/// @return its virtual size in bytes, more than 0
/// @throws Error{invalid} with the reason
std::int64_t check_qcow2(const ImageView& image);

}  // namespace virga::images
