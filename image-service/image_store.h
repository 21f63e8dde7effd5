// SPDX-License-Identifier: Apache-2.0
// Where the bytes of images lie: a store whose names are the SHA-256 of the content.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image-service/inspect.h"

namespace virga::images {

/// An image that is in the store.
struct StoredImage {
  std::string digest;     ///< SHA-256, hexadecimal: its name in the store
  std::string sha512;     ///< hexadecimal; empty unless asked for
  std::string checksum;   ///< MD5, hexadecimal; empty unless asked for
  std::int64_t size = 0;  ///< bytes
  Inspection inspection;  ///< empty when the image was committed without one
};

/// What an upload may be, and what is computed besides its SHA-256.
struct UploadLimits {
  std::int64_t max_bytes = 0;                 ///< larger ones are refused as soon as they are
  std::optional<std::int64_t> expected_size;  ///< bytes, from Content-Length
  bool sha512 = false;
  bool md5 = false;
};

/// One image on its way in; needs constant memory. Destroying it without commit() leaves nothing
/// behind. After an exception it is spent. Not thread-safe.
class Upload {
 public:
  virtual ~Upload() = default;

  /// The next bytes.
  /// @throws Error{too_large} over the limit, Error{invalid} over the expected size,
  ///         Error{unavailable} when they cannot be stored
  virtual void write(std::string_view bytes) = 0;

  /// Inspects the image, makes it durable and visible. Call once. The same content may be committed
  /// any number of times, also at once; it is stored once.
  /// @param declared_format nullopt: the bytes are staged or copied, and not inspected here
  /// @throws Error{invalid} with the reason why the image is refused, Error{unavailable}
  virtual StoredImage commit(const std::optional<std::string>& declared_format) = 0;
};

/// Reads a stored image; each byte was checked before it is given out. Not thread-safe.
class ImageReader {
 public:
  virtual ~ImageReader() = default;
  virtual std::int64_t size() const = 0;
  /// Up to `most` bytes at `offset`, at least one while the offset is inside. The view is valid
  /// until the next call.  @throws Error{unavailable} when the stored bytes are damaged
  virtual std::string_view read(std::int64_t offset, std::size_t most) = 0;
};

/// Calls `sink` with all bytes of an image in order.
template <class F>
void read_all(ImageReader& reader, F sink) {
  for (std::int64_t at = 0; at < reader.size();) {
    const std::string_view piece = reader.read(at, std::size_t{1} << 20U);
    sink(piece);
    at += static_cast<std::int64_t>(piece.size());
  }
}

/// Content-addressed store. Thread-safe; several processes may share its directory. A digest that
/// is not 64 lower-case hexadecimal digits is treated as absent.
class ImageStore {
 public:
  virtual ~ImageStore() = default;

  /// @throws Error{too_large} when the expected size is over the limit, Error{unavailable}
  virtual std::unique_ptr<Upload> begin_upload(const UploadLimits& limits) = 0;

  /// Opens for reading. Its first piece was read and checked.
  /// @throws Error{not_found} when it is absent, Error{unavailable} when it is damaged
  virtual std::unique_ptr<ImageReader> open(const std::string& digest) const = 0;

  /// Reads the whole image: true when its bytes still have its digest, false when they do not (it
  /// is then marked as damaged) or it is absent.  @throws Error{unavailable} when it cannot be read
  virtual bool verify(const std::string& digest) const = 0;

  /// Absence is success. The caller guarantees that nothing refers to the image.
  virtual void remove(const std::string& digest) = 0;

  /// Digests of the images, sorted. A collector passes a `min_age_s` longer than the time between
  /// commit() and the record of it, so that it never sees an image nobody refers to yet.
  /// @param min_age_s least seconds since the last commit of the content
  virtual std::vector<std::string> list(std::int64_t min_age_s = 0) const = 0;
};

/// A store in a directory, which is made when it is missing. Removes what uploads of dead processes
/// left behind.  @throws Error{unavailable}
std::unique_ptr<ImageStore> make_directory_image_store(const std::string& path);

}  // namespace virga::images
