// SPDX-License-Identifier: Apache-2.0
#include "network/host/src/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "common/error.h"
#include "common/file.h"

namespace virga::network {

void replace_file(const std::string& path, std::string_view content, mode_t mode, gid_t group) {
  if (read_file(path) == content) return;
  // One writer per folder: a leftover of a former try is simply overwritten.
  const std::string temporary = path + ".new";
  {
    const UniqueFd fd =
        open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (::fchown(fd.get(), 0, group) != 0 || ::fchmod(fd.get(), mode) != 0)
      throw_errno("set mode of " + temporary, errno);
    write_all(fd.get(), content);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) throw_errno("rename to " + path, errno);
}

void ensure_folder(const std::string& path, mode_t mode, gid_t group) {
  make_directories(path, mode);
  if (::chown(path.c_str(), 0, group) != 0) throw_errno("set group of " + path, errno);
}

}  // namespace virga::network
