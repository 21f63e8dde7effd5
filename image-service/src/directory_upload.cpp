// SPDX-License-Identifier: Apache-2.0
// An upload into a directory store: one pass over the bytes for file, digests and inspection.
#include <algorithm>

#include "common/error.h"
#include "common/hash.h"
#include "image-service/src/store_files.h"

namespace virga::images {
namespace {

class DirectoryUpload final : public Upload {
 public:
  DirectoryUpload(const std::string& root, const UploadLimits& limits)
      : root_(root), limits_(limits), file_(root) {
    if (limits.sha512) sha512_.emplace(DigestKind::sha512);
    if (limits.md5) md5_.emplace(DigestKind::md5);
  }

  void write(std::string_view bytes) override {
    guarded([&] {
      check_room(bytes.size());
      file_.append(bytes);
      sha256_.update(bytes);
      if (sha512_) sha512_->update(bytes);
      if (md5_) md5_->update(bytes);
      pieces_.feed(bytes);
      inspector_.feed(bytes);
    });
  }

  StoredImage commit(const std::optional<std::string>& declared_format) override {
    StoredImage image;
    guarded([&] {
      image.size = inspector_.size();
      if (limits_.expected_size && *limits_.expected_size != image.size)
        throw Error(ErrorKind::invalid, "The image was announced with " +
                                            std::to_string(*limits_.expected_size) +
                                            " bytes, but has " + std::to_string(image.size) + ".");
      if (declared_format)
        image.inspection = inspector_.finish(
            *declared_format,
            [this](std::uint64_t offset, std::size_t size) { return file_.peek(offset, size); });
      image.digest = sha256_.hex();
      if (sha512_) image.sha512 = sha512_->hex();
      if (md5_) image.checksum = md5_->hex();
      const ImagePaths paths(root_, image.digest);
      make_directories(paths.bucket, kDirectoryMode);
      file_.publish(paths, pieces_, image.digest);
      sync_directory(root_);
    });
    spent_ = true;
    return image;
  }

 private:
  /// After any failure nothing is left and nothing more can be done.
  template <class F>
  void guarded(F step) {
    if (spent_) throw Error(ErrorKind::conflict, "The upload has already ended.");
    try {
      step();
    } catch (...) {
      spent_ = true;
      file_.discard();
      throw;
    }
  }

  void check_room(std::size_t more) const {
    const auto left = [&](std::int64_t limit) {
      return static_cast<std::uint64_t>(std::max<std::int64_t>(0, limit - inspector_.size()));
    };
    if (more > left(limits_.max_bytes))
      throw Error(ErrorKind::too_large, "The image is larger than the limit of " +
                                            std::to_string(limits_.max_bytes) + " bytes.");
    if (limits_.expected_size && more > left(*limits_.expected_size))
      throw Error(ErrorKind::invalid, "The image is larger than the " +
                                          std::to_string(*limits_.expected_size) +
                                          " bytes it was announced with.");
  }

  std::string root_;
  UploadLimits limits_;
  Incoming file_;
  Digest sha256_{DigestKind::sha256};
  std::optional<Digest> sha512_;
  std::optional<Digest> md5_;
  PieceTable pieces_;
  Inspector inspector_;
  bool spent_ = false;
};

}  // namespace

std::unique_ptr<Upload> make_directory_upload(const std::string& root, const UploadLimits& limits) {
  return std::make_unique<DirectoryUpload>(root, limits);
}

}  // namespace virga::images
