// SPDX-License-Identifier: Apache-2.0
// Reads a stored image piece by piece; no byte leaves here before its piece was checked.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/error.h"
#include "common/hash.h"
#include "image-service/src/store_files.h"

namespace virga::images {
namespace {

constexpr std::size_t kMostTable = std::size_t{1} << 30U;
constexpr std::int64_t kPiece = kPieceBytes;

[[noreturn]] void damaged(const std::string& digest) {
  throw Error(ErrorKind::unavailable,
              "The stored bytes of image " + digest + " are damaged and are not served.");
}

class CheckedReader final : public ImageReader {
 public:
  CheckedReader(ImagePaths paths, std::string digest, UniqueFd fd)
      : paths_(std::move(paths)), digest_(std::move(digest)), fd_(std::move(fd)) {
    load_table();
    if (table_.size() > 0) load(0);
  }

  std::int64_t size() const override { return table_.size(); }

  std::string_view read(std::int64_t offset, std::size_t most) override {
    if (offset < 0 || offset >= size()) return {};
    if (offset / kPiece != number_) load(offset / kPiece);
    return std::string_view(piece_).substr(static_cast<std::size_t>(offset % kPiece), most);
  }

 private:
  void load(std::int64_t number) {
    number_ = -1;
    const std::int64_t at = number * kPiece;
    piece_.resize(static_cast<std::size_t>(std::min(kPiece, size() - at)));
    const std::size_t got = read_at(fd_.get(), at, piece_.data(), piece_.size());
    if (got != piece_.size() || !table_.matches(static_cast<std::size_t>(number), piece_)) {
      mark_damaged(paths_, "piece " + std::to_string(number));
      damaged(digest_);
    }
    number_ = number;
  }

  /// From its file; when that is missing or damaged, anew out of an image whose digest is right.
  void load_table() {
    struct stat facts {};
    if (::fstat(fd_.get(), &facts) != 0) throw_errno("stat " + paths_.image, errno);
    const auto text = read_file(paths_.pieces, kMostTable);
    auto table = text ? PieceTable::unsealed(*text, digest_) : std::nullopt;
    if (!table) {
      table = rebuilt();
      write_file_atomic(paths_.pieces, table->sealed(digest_), kFileMode);
    }
    table_ = std::move(*table);
    if (facts.st_size != table_.size()) {
      mark_damaged(paths_, "size");
      damaged(digest_);
    }
  }

  PieceTable rebuilt() {
    PieceTable table;
    Digest digest(DigestKind::sha256);
    std::string chunk(kPieceBytes, '\0');
    for (std::int64_t at = 0;; at += kPiece) {
      const std::size_t n = read_at(fd_.get(), at, chunk.data(), chunk.size());
      const std::string_view part(chunk.data(), n);
      digest.update(part);
      table.feed(part);
      if (n < chunk.size()) break;
    }
    if (digest.hex() != digest_) {
      mark_damaged(paths_, "digest");
      damaged(digest_);
    }
    return table;
  }

  ImagePaths paths_;
  std::string digest_;
  UniqueFd fd_;
  PieceTable table_;
  std::string piece_;
  std::int64_t number_ = -1;
};

}  // namespace

std::unique_ptr<ImageReader> open_checked(const ImagePaths& paths, const std::string& digest) {
  UniqueFd fd(::open(paths.image.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT)
    throw Error(ErrorKind::not_found, "The bytes of image " + digest + " are not in the store.");
  if (!fd) throw_errno("open " + paths.image, errno);
  if (::access(paths.damaged.c_str(), F_OK) == 0) damaged(digest);
  return std::make_unique<CheckedReader>(paths, digest, std::move(fd));
}

}  // namespace virga::images
