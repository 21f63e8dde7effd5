// SPDX-License-Identifier: Apache-2.0
// The files of one directory store: names, uploads in progress, marks of damage.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/file.h"
#include "image-service/image_store.h"
#include "image-service/src/piece_table.h"

namespace virga::images {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;

/// Where the image of a digest and what belongs to it lies.
struct ImagePaths {
  std::string bucket;
  std::string image;
  std::string pieces;   ///< its piece table
  std::string damaged;  ///< an empty file: the bytes are not served any more

  ImagePaths(const std::string& root, const std::string& digest)
      : bucket(root + "/" + digest.substr(0, 2)),
        image(bucket + "/" + digest),
        pieces(image + ".pieces"),
        damaged(image + ".damaged") {}
};

/// True for 64 lower-case hexadecimal digits.
bool is_digest(std::string_view text) noexcept;

/// Names in a directory, which may change meanwhile.
std::vector<std::string> names_in(const std::string& path);

/// A file in incoming/ that disappears unless it is published.
class Incoming {
 public:
  explicit Incoming(const std::string& root);
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;
  ~Incoming() { discard(); }

  /// Adds bytes, and lets the kernel write them out soon, so that the end has not to wait long.
  void append(std::string_view bytes);
  std::string peek(std::uint64_t offset, std::size_t size) const;
  /// Makes it durable and gives it its name. Replaces what is there: the content is the same, and a
  /// damaged copy is healed by it.
  void publish(const ImagePaths& to, const PieceTable& pieces, const std::string& digest);
  void discard() noexcept;

 private:
  std::string path_;
  UniqueFd fd_;
  std::int64_t size_ = 0;
  std::int64_t flushed_ = 0;
};

/// Removes what uploads of dead processes left behind.
void remove_abandoned(const std::string& root);

/// pread(2) of up to `size` bytes.  @throws Error{unavailable}
std::size_t read_at(int fd, std::int64_t offset, char* data, std::size_t size);

/// Marks an image as damaged, in the log and on the disk.
void mark_damaged(const ImagePaths& paths, std::string_view where);

/// Opens an image whose file is at `paths`.
/// @throws Error{not_found, unavailable}
std::unique_ptr<ImageReader> open_checked(const ImagePaths& paths, const std::string& digest);

std::unique_ptr<Upload> make_directory_upload(const std::string& root, const UploadLimits& limits);

}  // namespace virga::images
