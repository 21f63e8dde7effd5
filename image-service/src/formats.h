// SPDX-License-Identifier: Apache-2.0
// Checks of the disk formats that are stored but that no guest starts from. Each accepts only an
// image that stands alone, and returns its virtual size in bytes, more than 0.
#pragma once

#include <cstdint>

#include "image-service/src/signatures.h"

namespace virga::images {

constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kMostVirtualBytes = 1ULL << 46;  // 64 TiB: more than any host's disks

/// monolithicSparse and streamOptimized, with the descriptor in the file.
/// Source: VMware, "Virtual Disk Format 5.0".  @throws Error{invalid}
std::int64_t check_vmdk(const ImageView& image);
/// Fixed and dynamic. Source: Microsoft, "Virtual Hard Disk Image Format Specification".
std::int64_t check_vhd(const ImageView& image);
/// Source: Microsoft, [MS-VHDX].
std::int64_t check_vhdx(const ImageView& image);
/// Dynamic and static. Source: QEMU, block/vdi.c.
std::int64_t check_vdi(const ImageView& image);
/// Source: QEMU, docs/interop/parallels.txt.
std::int64_t check_ploop(const ImageView& image);

/// @throws Error{invalid} "The FORMAT image is refused: WHY."
[[noreturn]] void refuse_format(std::string_view format, std::string_view why);
/// The size as a signed number.  @throws Error{invalid} when it is 0 or unreasonably large
std::int64_t checked_size(std::string_view format, std::uint64_t bytes);

}  // namespace virga::images
