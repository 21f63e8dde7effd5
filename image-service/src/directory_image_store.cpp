// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>

#include "common/error.h"
#include "common/hash.h"
#include "image-service/image_store.h"
#include "image-service/src/store_files.h"

namespace virga::images {
namespace {

namespace fs = std::filesystem;

std::string digest_of_file(int fd) {
  Digest digest(DigestKind::sha256);
  std::string chunk(kPieceBytes, '\0');
  for (std::int64_t at = 0;;) {
    const std::size_t n = read_at(fd, at, chunk.data(), chunk.size());
    if (n == 0) return digest.hex();
    digest.update({chunk.data(), n});
    at += static_cast<std::int64_t>(n);
  }
}

bool old_enough(const std::string& path, std::int64_t min_age_s) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  return min_age_s <= 0 || std::time(nullptr) - facts.st_mtim.tv_sec >= min_age_s;
}

class DirectoryImageStore final : public ImageStore {
 public:
  explicit DirectoryImageStore(std::string root) : root_(std::move(root)) {
    make_directories(root_, kDirectoryMode);
    make_directories(root_ + "/incoming", kDirectoryMode);
    remove_abandoned(root_);
  }

  std::unique_ptr<Upload> begin_upload(const UploadLimits& limits) override {
    if (limits.expected_size && *limits.expected_size > limits.max_bytes)
      throw Error(ErrorKind::too_large, "The image is larger than the limit of " +
                                            std::to_string(limits.max_bytes) + " bytes.");
    return make_directory_upload(root_, limits);
  }

  std::unique_ptr<ImageReader> open(const std::string& digest) const override {
    if (!is_digest(digest))
      throw Error(ErrorKind::not_found, "The image's bytes are not in the store.");
    return open_checked(ImagePaths(root_, digest), digest);
  }

  bool verify(const std::string& digest) const override {
    if (!is_digest(digest)) return false;
    const ImagePaths paths(root_, digest);
    const UniqueFd fd(::open(paths.image.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT) return false;
    if (!fd) throw_errno("open " + paths.image, errno);
    if (digest_of_file(fd.get()) == digest) return true;
    mark_damaged(paths, "digest");
    return false;
  }

  void remove(const std::string& digest) override {
    if (!is_digest(digest)) return;
    const ImagePaths paths(root_, digest);
    remove_file(paths.image);
    remove_file(paths.pieces);
    remove_file(paths.damaged);
    if (fs::exists(paths.bucket)) sync_directory(paths.bucket);
  }

  std::vector<std::string> list(std::int64_t min_age_s) const override {
    std::vector<std::string> digests;
    for (const std::string& bucket : names_in(root_)) {
      if (bucket.size() != 2) continue;
      for (std::string& name : names_in(root_ + "/" + bucket))
        if (is_digest(name) && name.starts_with(bucket) &&
            old_enough(ImagePaths(root_, name).image, min_age_s))
          digests.push_back(std::move(name));
    }
    std::sort(digests.begin(), digests.end());
    return digests;
  }

 private:
  std::string root_;
};

}  // namespace

std::unique_ptr<ImageStore> make_directory_image_store(const std::string& path) {
  return std::make_unique<DirectoryImageStore>(path);
}

}  // namespace virga::images
