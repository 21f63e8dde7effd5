// SPDX-License-Identifier: Apache-2.0
// The checksums of the pieces of one stored image, and the file beside the image that keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace virga::images {

constexpr std::size_t kPieceBytes = 1U << 20U;

/// A CRC-32C for each piece of 1 MiB; the last piece may be shorter.
class PieceTable {
 public:
  /// The next bytes of the image, in pieces of any size.
  void feed(std::string_view bytes) noexcept(false);

  std::int64_t size() const noexcept { return size_; }
  /// True when `piece` is what was fed as the piece of that number.
  bool matches(std::size_t number, std::string_view piece) const noexcept;

  /// The content of the file: sealed by a SHA-256 over itself and the digest of the image.
  std::string sealed(const std::string& digest) const;
  /// nullopt when the text is damaged or belongs to another image.
  static std::optional<PieceTable> unsealed(std::string_view text, const std::string& digest);

 private:
  std::vector<std::uint32_t> pieces_;
  std::int64_t size_ = 0;
};

}  // namespace virga::images
