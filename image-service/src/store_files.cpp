// SPDX-License-Identifier: Apache-2.0
#include "image-service/src/store_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "common/error.h"
#include "common/log.h"
#include "common/random.h"

namespace virga::images {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kDigestDigits = 64;
constexpr std::int64_t kFlushBytes = 8 << 20;

/// Removes a leftover unless a living process holds its lock.
void remove_if_abandoned(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return;
  remove_file(path);
}

}  // namespace

bool is_digest(std::string_view text) noexcept {
  return text.size() == kDigestDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code failure;
  fs::directory_iterator at(path, failure);
  for (const fs::directory_iterator end; !failure && at != end; at.increment(failure))
    names.push_back(at->path().filename().string());
  if (failure && failure != std::errc::not_a_directory)
    throw_errno("list " + path, failure.value());
  return names;
}

std::size_t read_at(int fd, std::int64_t offset, char* data, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd, data + done, size - done, offset + static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read an image", errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Incoming::Incoming(const std::string& root)
    : path_(root + "/incoming/" + new_hex_id()),
      fd_(open_file(path_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, kFileMode)) {
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 || ::fchmod(fd_.get(), kFileMode) != 0) {
    const int reason = errno;
    discard();
    throw_errno("prepare " + path_, reason);
  }
}

void Incoming::append(std::string_view bytes) {
  write_all(fd_.get(), bytes);
  size_ += static_cast<std::int64_t>(bytes.size());
  if (size_ - flushed_ < kFlushBytes) return;
  (void)::sync_file_range(fd_.get(), flushed_, size_ - flushed_, SYNC_FILE_RANGE_WRITE);
  flushed_ = size_;
}

std::string Incoming::peek(std::uint64_t offset, std::size_t size) const {
  if (offset >= static_cast<std::uint64_t>(size_)) return {};
  std::string bytes(size, '\0');
  bytes.resize(read_at(fd_.get(), static_cast<std::int64_t>(offset), bytes.data(), size));
  return bytes;
}

void Incoming::publish(const ImagePaths& to, const PieceTable& pieces, const std::string& digest) {
  if (::fsync(fd_.get()) != 0) throw_errno("sync " + path_, errno);
  write_file_atomic(to.pieces, pieces.sealed(digest), kFileMode);
  if (std::rename(path_.c_str(), to.image.c_str()) != 0)
    throw Error(ErrorKind::unavailable, "The uploaded image could not be moved into the store.");
  path_.clear();
  fd_.reset();
  remove_file(to.damaged);
  sync_directory(to.bucket);
}

void Incoming::discard() noexcept {
  if (!path_.empty()) (void)::unlink(path_.c_str());
  path_.clear();
  fd_.reset();
}

void remove_abandoned(const std::string& root) {
  for (const std::string& name : names_in(root + "/incoming"))
    remove_if_abandoned(root + "/incoming/" + name);
}

void mark_damaged(const ImagePaths& paths, std::string_view where) {
  log::error("stored image is damaged", {{"file", paths.image}, {"where", std::string(where)}});
  write_file_atomic(paths.damaged, "", kFileMode);
}

}  // namespace virga::images
