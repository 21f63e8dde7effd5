// SPDX-License-Identifier: Apache-2.0
#include "storage/src/base_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>

#include "common/error.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/log.h"
#include "storage/src/disk_files.h"

namespace virga::storage {
namespace {

constexpr std::string_view kPart = ".part";
constexpr mode_t kBaseMode = 0644;
constexpr mode_t kCacheMode = 0755;

std::int64_t free_bytes(const std::string& directory) {
  struct statvfs facts {};
  if (::statvfs(directory.c_str(), &facts) != 0) throw_errno("statvfs " + directory, errno);
  return static_cast<std::int64_t>(facts.f_bavail) * static_cast<std::int64_t>(facts.f_frsize);
}

std::int64_t us_of(const struct statx_timestamp& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

[[noreturn]] void wrong_bytes(const BaseImage& image) {
  throw Error(ErrorKind::invalid,
              "The bytes that were fetched are not those of image " + image.digest + ".");
}

/// Removes a half-made file unless it was renamed.
class PartFile {
 public:
  explicit PartFile(std::string path) : path_(std::move(path)) {}
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile() { (void)::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

BaseCache::BaseCache(std::string directory, std::int64_t reserve_bytes)
    : directory_(std::filesystem::absolute(directory)), reserve_bytes_(reserve_bytes) {
  make_directories(directory_, kCacheMode);
  for (const std::string& name : names_in(directory_))
    if (name.ends_with(kPart)) remove_file(directory_ + "/" + name);
}

bool BaseCache::touch_if_present(const BaseImage& image) {
  const std::string path = directory_ + "/" + base_name(image);
  const std::lock_guard lock(mutex_);
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  // A file of another size was damaged; a fetch puts a whole one in its place.
  if (image.size > 0 && facts.st_size != image.size) return false;
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) != 0)
    throw_errno("touch " + path, errno);
  return true;
}

UniqueFd BaseCache::open_part(const std::string& path, std::int64_t size) {
  const std::lock_guard lock(room_mutex_);
  if (free_bytes(directory_) - size < reserve_bytes_)
    throw Error(ErrorKind::unavailable,
                "There is no room in the image cache for " + std::to_string(size) + " bytes.");
  UniqueFd fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, kBaseMode);
  // Takes the room at once, so that the next check sees it. Not all file systems can.
  if (::fallocate(fd.get(), 0, 0, size) != 0 && errno != EOPNOTSUPP)
    throw_errno("allocate " + path, errno);
  return fd;
}

void BaseCache::fetch_into(const std::string& part, const BaseImage& image,
                           const FetchImage& fetch) {
  const UniqueFd fd = open_part(part, image.size);
  Digest digest(DigestKind::sha256);
  std::int64_t received = 0;
  fetch(image, [&](std::string_view bytes) {
    received += static_cast<std::int64_t>(bytes.size());
    if (received > image.size) wrong_bytes(image);
    write_all(fd.get(), bytes);
    digest.update(bytes);
  });
  if (received != image.size || digest.hex() != image.digest) wrong_bytes(image);
}

void BaseCache::ensure(const BaseImage& image, const FetchImage& fetch) {
  const std::string name = base_name(image);
  if (image.size <= 0)
    throw Error(ErrorKind::invalid, "The size of image " + image.digest + " is not known.");
  flights_.run(name, [&] {
    if (touch_if_present(image)) return;
    const PartFile part(directory_ + "/" + name + std::string(kPart));
    fetch_into(part.path(), image, fetch);
    publish_file(part.path(), directory_ + "/" + name, {}, kBaseMode);
    log::info("base image cached", {{"image", name}, {"bytes", std::to_string(image.size)}});
  });
}

std::string BaseCache::use(const BaseImage& image, const std::function<void()>& mark) {
  const std::string path = directory_ + "/" + base_name(image);
  const std::lock_guard lock(mutex_);
  if (!is_file(path))
    throw Error(ErrorKind::unavailable, "Base image " + image.digest + " is not in the cache.");
  mark();
  return path;
}

void BaseCache::evict(const std::vector<std::string>& digests, std::int64_t keep_s,
                      const std::function<DisksOfBases()>& marked) {
  const std::lock_guard lock(mutex_);
  const DisksOfBases needed = marked();
  for (const std::string& name : names_in(directory_)) {
    const std::string path = directory_ + "/" + name;
    struct stat facts {};
    if (name.ends_with(kPart) || needed.contains(name) || ::lstat(path.c_str(), &facts) != 0)
      continue;
    const std::string digest = name.substr(0, name.find('.'));
    if (std::find(digests.begin(), digests.end(), digest) != digests.end()) continue;
    if (std::time(nullptr) - facts.st_mtim.tv_sec < keep_s) continue;
    remove_file(path);
    log::info("base image evicted", {{"image", name}});
  }
}

void BaseCache::drop(const BaseImage& image, const std::function<DisksOfBases()>& marked) {
  const std::string name = base_name(image);
  const std::string path = directory_ + "/" + name;
  const std::lock_guard lock(mutex_);
  if (!is_file(path) || marked().contains(name)) return;
  remove_file(path);
  log::info("base image dropped", {{"image", name}});
}

std::vector<CachedBase> BaseCache::list(const DisksOfBases& disks) const {
  std::vector<CachedBase> bases;
  for (const std::string& name : names_in(directory_)) {
    const auto image = base_named(name);
    struct statx facts {};
    if (!image || ::statx(AT_FDCWD, (directory_ + "/" + name).c_str(), AT_SYMLINK_NOFOLLOW,
                          STATX_BASIC_STATS | STATX_BTIME, &facts) != 0)
      continue;  // not ours, or evicted just now
    if (!S_ISREG(facts.stx_mode)) continue;
    const bool dated = (facts.stx_mask & STATX_BTIME) != 0;  // not all file systems know it
    const auto at = disks.find(name);
    bases.push_back({.digest = image->digest,
                     .format = image->format,
                     .size = static_cast<std::int64_t>(facts.stx_size),
                     .used_us = us_of(facts.stx_mtime),
                     .made_us = us_of(dated ? facts.stx_btime : facts.stx_mtime),
                     .disks = at == disks.end() ? 0 : at->second});
  }
  return bases;
}

}  // namespace virga::storage
