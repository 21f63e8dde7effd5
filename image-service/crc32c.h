// SPDX-License-Identifier: Apache-2.0
// CRC-32C: the checksum of pieces of stored images.
#pragma once

#include <cstdint>
#include <string_view>

namespace virga::images {

/// Continues a CRC-32C over `bytes`; start with 0. Uses the processor's instruction when it has
/// one. Source: RFC 3720, B.4.
std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) noexcept;

}  // namespace virga::images
