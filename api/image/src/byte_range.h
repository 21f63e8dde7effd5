// SPDX-License-Identifier: Apache-2.0
// Which part of an image a download asks for. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace virga::image {

struct ByteRange {
  std::int64_t first = 0;
  std::int64_t last = 0;  ///< inclusive
};

/// "bytes=0-99", "bytes=100-", "bytes=-100", within an image of `size` bytes.
/// @return nullopt when it is malformed, has several parts, or lies outside
std::optional<ByteRange> parse_byte_range(std::string_view header, std::int64_t size) noexcept;

}  // namespace virga::image
