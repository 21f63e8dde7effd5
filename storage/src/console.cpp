// SPDX-License-Identifier: Apache-2.0
#include "storage/src/console.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>

#include "common/error.h"
#include "common/file.h"
#include "storage/src/disk_files.h"

namespace virga::storage {
namespace {

constexpr int kMostRotated = 100;  // the log daemon keeps 3 unless told otherwise
constexpr std::size_t kUuidLength = 36;
constexpr std::string_view kLog = ".log";

/// The last `max_bytes` of one file; nullopt when it is not there.
std::optional<std::string> tail_of(const std::string& path, std::size_t max_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw_errno("open " + path, errno);
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) throw_errno("stat " + path, errno);
  if (!S_ISREG(facts.st_mode)) return std::nullopt;
  const auto size = static_cast<std::size_t>(facts.st_size);
  std::string bytes(std::min(size, max_bytes), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto from = static_cast<off_t>(size - bytes.size() + done);
    const ssize_t n = ::pread(fd.get(), bytes.data() + done, bytes.size() - done, from);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read " + path, errno);
    if (n == 0) break;  // it was cut meanwhile
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

/// True for "<id>.log" and "<id>.log.<number>".
bool is_log_name(std::string_view name) {
  if (name.size() < kUuidLength || !is_canonical_uuid(name.substr(0, kUuidLength))) return false;
  name.remove_prefix(kUuidLength);
  if (!name.starts_with(kLog)) return false;
  name.remove_prefix(kLog.size());
  return name.empty() || (name.size() > 1 && name.front() == '.' &&
                          name.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

}  // namespace

std::string read_console_tail(const std::string& log, std::size_t max_bytes) {
  std::string text = tail_of(log, max_bytes).value_or("");
  for (int i = 0; i < kMostRotated && text.size() < max_bytes; ++i) {
    const auto older = tail_of(log + "." + std::to_string(i), max_bytes - text.size());
    if (!older) break;
    text.insert(0, *older);
  }
  return text;
}

void remove_console(const std::string& directory, const std::string& instance_id) {
  for (const std::string& name : names_in(directory))
    if (name.starts_with(instance_id) && is_log_name(name)) remove_file(directory + "/" + name);
}

std::vector<std::string> console_ids(const std::string& directory) {
  std::vector<std::string> ids;
  for (const std::string& name : names_in(directory))
    if (is_log_name(name)) ids.push_back(name.substr(0, kUuidLength));
  return ids;
}

}  // namespace virga::storage
