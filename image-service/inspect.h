// SPDX-License-Identifier: Apache-2.0
// What the bytes of a disk image are: a bounded reader of headers that trusts none of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace virga::images {

/// What was found in an image that was accepted.
struct Inspection {
  std::string format;             ///< the declared one
  std::int64_t virtual_size = 0;  ///< bytes a guest sees; 0: not known
  std::string unbootable;         ///< a sentence why no guest may start from it; empty: one may
};

/// Every disk format that may be declared.
const std::vector<std::string_view>& known_formats();

/// @throws Error{invalid} when the format is not known
void require_known_format(const std::string& declared_format);

/// Reads `size` bytes at `offset` of the image, fewer at its end.
using Peek = std::function<std::string(std::uint64_t offset, std::size_t size)>;

/// Looks at an image while it passes by. Keeps a fixed number of bytes of its start and end. Only
/// VHDX needs more: at most four reads of 64 KiB within the file. Not thread-safe.
class Inspector {
 public:
  /// Bytes kept of the start: covers all headers and the ISO 9660 descriptor at 32 KiB.
  static constexpr std::size_t kHeadBytes = 64 * 1024;
  /// Bytes kept of the end: the footer of a VHD or DMG.
  static constexpr std::size_t kTailBytes = 512;

  /// The next bytes of the image, in order, in pieces of any size.
  void feed(std::string_view bytes);

  /// Decides. Declared and detected format must agree; bytes without any signature may be kept
  /// under another name than "raw", but no guest starts from them.
  /// @param peek for formats whose facts lie deeper; without it they are refused
  /// @throws Error{invalid} with the reason as a sentence for the user
  Inspection finish(const std::string& declared_format, const Peek& peek = {}) const;

  /// Bytes fed so far.
  std::int64_t size() const noexcept { return size_; }

 private:
  std::string head_;
  std::string tail_;
  std::int64_t size_ = 0;
};

/// Looks at an image that is there already.  @throws as Inspector::finish()
Inspection inspect_whole(const Peek& peek, std::int64_t size, const std::string& declared_format);

}  // namespace virga::images
