// SPDX-License-Identifier: Apache-2.0
// How disk image formats are told apart.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "image-service/inspect.h"

namespace virga::images {

/// The parts of an image that were kept.
struct ImageView {
  std::string_view head;   ///< its first bytes
  std::string_view tail;   ///< its last bytes, possibly the same ones
  std::uint64_t size = 0;  ///< bytes of the whole image
  Peek peek;               ///< the rest; may be empty
};

/// The names of all formats whose signature is there; empty for raw. Partition tables are no
/// format: a disk with one is raw. A bootable ISO may carry one and is still only "iso".
std::vector<std::string_view> detect_formats(const ImageView& image);

}  // namespace virga::images
