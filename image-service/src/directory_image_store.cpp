// SPDX-License-Identifier: Apache-2.0
// <dir>/incoming/ holds uploads, <dir>/<first two digits>/<digest> the images. An upload is locked
// while its process lives, so that a starting process can tell leftovers from work of others.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "common/error.h"
#include "common/hash.h"
#include "common/random.h"
#include "image-service/image_store.h"

namespace virga::images {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;
constexpr std::size_t kDigestDigits = 64;
constexpr std::size_t kReadBytes = 1U << 20U;

bool is_digest(std::string_view text) {
  return text.size() == kDigestDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string bucket_of(const std::string& root, const std::string& digest) {
  return root + "/" + digest.substr(0, 2);
}

std::string path_of(const std::string& root, const std::string& digest) {
  return bucket_of(root, digest) + "/" + digest;
}

/// A file in incoming/ that disappears unless it is published.
class Incoming {
 public:
  explicit Incoming(const std::string& root)
      : path_(root + "/incoming/" + new_hex_id()),
        fd_(open_file(path_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, kFileMode)) {
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 || ::fchmod(fd_.get(), kFileMode) != 0) {
      const int reason = errno;
      discard();
      throw_errno("prepare " + path_, reason);
    }
  }
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;
  ~Incoming() { discard(); }

  void append(std::string_view bytes) { write_all(fd_.get(), bytes); }

  /// Replaces what is there: the content is the same, and a damaged copy is healed by it.
  void publish(const std::string& to) {
    if (::fsync(fd_.get()) != 0) throw_errno("sync " + path_, errno);
    if (std::rename(path_.c_str(), to.c_str()) != 0)
      throw Error(ErrorKind::unavailable, "The uploaded image could not be moved into the store.");
    path_.clear();
    fd_.reset();
  }

  void discard() noexcept {
    if (!path_.empty()) (void)::unlink(path_.c_str());
    path_.clear();
    fd_.reset();
  }

 private:
  std::string path_;
  UniqueFd fd_;
};

class DirectoryUpload final : public Upload {
 public:
  DirectoryUpload(const std::string& root, const UploadLimits& limits)
      : root_(root), limits_(limits), file_(root) {}

  void write(std::string_view bytes) override {
    guarded([&] {
      check_room(bytes.size());
      file_.append(bytes);
      sha256_.update(bytes);
      md5_.update(bytes);
      inspector_.feed(bytes);
    });
  }

  StoredImage commit(const std::string& declared_format) override {
    StoredImage image;
    guarded([&] {
      image.size = inspector_.size();
      if (limits_.expected_size && *limits_.expected_size != image.size)
        throw Error(ErrorKind::invalid, "The image was announced with " +
                                            std::to_string(*limits_.expected_size) +
                                            " bytes, but has " + std::to_string(image.size) + ".");
      image.inspection = inspector_.finish(declared_format);
      image.digest = sha256_.hex();
      image.checksum = md5_.hex();
      make_directories(bucket_of(root_, image.digest), kDirectoryMode);
      file_.publish(path_of(root_, image.digest));
      sync_directory(bucket_of(root_, image.digest));
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
  Digest md5_{DigestKind::md5};
  Inspector inspector_;
  bool spent_ = false;
};

/// Removes a leftover unless a living process holds its lock.
void remove_if_abandoned(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return;
  remove_file(path);
}

std::string digest_of_file(int fd, const std::string& path) {
  Digest digest(DigestKind::sha256);
  std::string chunk(kReadBytes, '\0');
  for (;;) {
    const ssize_t n = ::read(fd, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read " + path, errno);
    if (n == 0) return digest.hex();
    digest.update({chunk.data(), static_cast<std::size_t>(n)});
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
    for (const std::string& name : names_in(root_ + "/incoming"))
      remove_if_abandoned(root_ + "/incoming/" + name);
  }

  std::unique_ptr<Upload> begin_upload(const UploadLimits& limits) override {
    if (limits.expected_size && *limits.expected_size > limits.max_bytes)
      throw Error(ErrorKind::too_large, "The image is larger than the limit of " +
                                            std::to_string(limits.max_bytes) + " bytes.");
    return std::make_unique<DirectoryUpload>(root_, limits);
  }

  UniqueFd open(const std::string& digest) const override {
    if (!is_digest(digest))
      throw Error(ErrorKind::not_found, "The image's bytes are not in the store.");
    const std::string path = path_of(root_, digest);
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT)
      throw Error(ErrorKind::not_found, "The bytes of image " + digest + " are not in the store.");
    if (!fd) throw_errno("open " + path, errno);
    return fd;
  }

  bool verify(const std::string& digest) const override {
    if (!is_digest(digest)) return false;
    const std::string path = path_of(root_, digest);
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT) return false;
    if (!fd) throw_errno("open " + path, errno);
    return digest_of_file(fd.get(), path) == digest;
  }

  void remove(const std::string& digest) override {
    if (!is_digest(digest)) return;
    remove_file(path_of(root_, digest));
    if (fs::exists(bucket_of(root_, digest))) sync_directory(bucket_of(root_, digest));
  }

  std::vector<std::string> list(std::int64_t min_age_s) const override {
    std::vector<std::string> digests;
    for (const std::string& bucket : names_in(root_)) {
      if (bucket.size() != 2) continue;
      for (std::string& name : names_in(root_ + "/" + bucket))
        if (is_digest(name) && name.starts_with(bucket) &&
            old_enough(path_of(root_, name), min_age_s))
          digests.push_back(std::move(name));
    }
    std::sort(digests.begin(), digests.end());
    return digests;
  }

 private:
  /// Names in a directory, which may change meanwhile.
  static std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    std::error_code failure;
    fs::directory_iterator at(path, failure);
    for (const fs::directory_iterator end; !failure && at != end; at.increment(failure))
      names.push_back(at->path().filename().string());
    if (failure && failure != std::errc::not_a_directory)
      throw_errno("list " + path, failure.value());
    return names;
  }

  std::string root_;
};

}  // namespace

std::unique_ptr<ImageStore> make_directory_image_store(const std::string& path) {
  return std::make_unique<DirectoryImageStore>(path);
}

}  // namespace virga::images
