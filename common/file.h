// SPDX-License-Identifier: Apache-2.0
// Files: descriptors that close themselves, and writes that are whole or not there.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace virga {

/// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

/// open(2) with O_CLOEXEC.  @throws Error{not_found, unavailable}
UniqueFd open_file(const std::string& path, int flags, mode_t mode = 0600);

/// The whole content, or nullopt when the file does not exist.
/// @param limit largest accepted size in bytes.  @throws Error{too_large, unavailable}
std::optional<std::string> read_file(const std::string& path, std::size_t limit = 16U << 20U);

/// Writes a temporary file beside `path`, syncs it, renames it over `path` and syncs the folder:
/// after a crash there is the old file or the new one.  @throws Error{unavailable}
void write_file_atomic(const std::string& path, std::string_view content, mode_t mode = 0600);

/// write(2) until everything is written.  @throws Error{unavailable}
void write_all(int fd, std::string_view bytes);

/// Removes a file; absence is success.  @throws Error{unavailable}
void remove_file(const std::string& path);

/// fsync of a folder, which makes a rename or unlink in it durable.  @throws Error{unavailable}
void sync_directory(const std::string& path);

/// mkdir -p; `mode` applies to the last folder, also when it already exists.  @throws
/// Error{unavailable}
void make_directories(const std::string& path, mode_t mode = 0755);

}  // namespace virga
