// SPDX-License-Identifier: Apache-2.0
#include "common/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "common/error.h"
#include "common/random.h"

namespace virga {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void UniqueFd::reset() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

UniqueFd open_file(const std::string& path, int flags, mode_t mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) throw_errno("open " + path, errno);
  return UniqueFd(fd);
}

std::optional<std::string> read_file(const std::string& path, std::size_t limit) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw_errno("open " + path, errno);
  std::string content;
  char chunk[16384];
  for (;;) {
    const ssize_t n = ::read(fd.get(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read " + path, errno);
    if (n == 0) return content;
    content.append(chunk, static_cast<std::size_t>(n));
    if (content.size() > limit) throw Error(ErrorKind::too_large, path + " is too large.");
  }
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void write_file_atomic(const std::string& path, std::string_view content, mode_t mode) {
  const std::string temporary = path + "." + new_hex_id().substr(0, 8) + ".tmp";
  try {
    const UniqueFd fd = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (::fchmod(fd.get(), mode) != 0) throw_errno("chmod " + temporary, errno);
    write_all(fd.get(), content);
    if (::fsync(fd.get()) != 0) throw_errno("sync " + temporary, errno);
    if (std::rename(temporary.c_str(), path.c_str()) != 0) throw_errno("rename to " + path, errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_directory(std::filesystem::path(path).parent_path());
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_errno("remove " + path, errno);
}

void sync_directory(const std::string& path) {
  const UniqueFd fd = open_file(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) != 0) throw_errno("sync " + path, errno);
}

void make_directories(const std::string& path, mode_t mode) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) throw_errno("create " + path, failure.value());
  if (::chmod(path.c_str(), mode) != 0) throw_errno("chmod " + path, errno);
}

}  // namespace virga
