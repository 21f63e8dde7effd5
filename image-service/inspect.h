// SPDX-License-Identifier: Apache-2.0
// What the bytes of a disk image are: a bounded reader of headers that trusts none of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace virga::images {

/// What was found in an image that was accepted.
struct Inspection {
  std::string format;             ///< "qcow2", "raw" or "iso"
  std::int64_t virtual_size = 0;  ///< bytes a guest sees
};

/// Refuses formats that can never become active, before any byte was received.
/// @throws Error{invalid} naming the formats that are supported
void require_supported_format(const std::string& declared_format);

/// Looks at an image while it passes by. Keeps a fixed number of bytes of its start and end, seeks
/// nowhere, and reads nothing that a header points at. Not thread-safe.
class Inspector {
 public:
  /// Bytes kept of the start: covers all headers and the ISO 9660 descriptor at 32 KiB.
  static constexpr std::size_t kHeadBytes = 64 * 1024;
  /// Bytes kept of the end: the footer of a VHD or DMG.
  static constexpr std::size_t kTailBytes = 512;

  /// The next bytes of the image, in order, in pieces of any size.
  void feed(std::string_view bytes);

  /// Decides. Declared and detected format must agree.
  /// @throws Error{invalid} with the reason as a sentence for the user
  Inspection finish(const std::string& declared_format) const;

  /// Bytes fed so far.
  std::int64_t size() const noexcept { return size_; }

 private:
  std::string head_;
  std::string tail_;
  std::int64_t size_ = 0;
};

}  // namespace virga::images
