// SPDX-License-Identifier: Apache-2.0
// Integers out of untrusted bytes, with every access checked.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/error.h"

namespace virga::images {

/// The unsigned integer of `width` (1..8) bytes at `offset`, most significant byte first.
/// @throws Error{invalid} when it does not lie within `bytes`
inline std::uint64_t big_endian(std::string_view bytes, std::size_t offset, std::size_t width) {
  if (offset > bytes.size() || width > bytes.size() - offset)
    throw Error(ErrorKind::invalid, "The image ends within its header.");
  std::uint64_t value = 0;
  for (const char c : bytes.substr(offset, width))
    value = (value << 8U) | static_cast<unsigned char>(c);
  return value;
}

/// The same, least significant byte first.
inline std::uint64_t little_endian(std::string_view bytes, std::size_t offset, std::size_t width) {
  if (offset > bytes.size() || width > bytes.size() - offset)
    throw Error(ErrorKind::invalid, "The image ends within its header.");
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;)
    value = (value << 8U) | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

/// True when `text` stands at `offset`; false also when `bytes` is shorter than that.
inline bool has_at(std::string_view bytes, std::size_t offset, std::string_view text) noexcept {
  return offset <= bytes.size() && bytes.substr(offset).starts_with(text);
}

/// True when [offset, offset + length) lies within [0, size). Cannot overflow.
inline bool within(std::uint64_t offset, std::uint64_t length, std::uint64_t size) noexcept {
  return offset <= size && length <= size - offset;
}

}  // namespace virga::images
