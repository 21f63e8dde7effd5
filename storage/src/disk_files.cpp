// SPDX-License-Identifier: Apache-2.0
#include "storage/src/disk_files.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "common/error.h"
#include "common/file.h"
#include "common/random.h"

namespace virga::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSector = 512;
constexpr std::int64_t kMostDiskBytes = 1LL << 50;  // 1 PiB: far from overflow, beyond any disk
constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kDigestDigits = 64;

bool is_digest(const std::string& text) {
  return text.size() == kDigestDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_format(const std::string& text) {
  return text == "qcow2" || text == "raw";
}

}  // namespace

bool is_canonical_uuid(std::string_view text) noexcept {
  return text.size() == kUuidLength && is_uuid_like(text) &&
         text.find_first_of("ABCDEF") == std::string_view::npos;
}

void require_instance_id(const std::string& id) {
  if (!is_canonical_uuid(id))
    throw Error(ErrorKind::invalid, "The id of an instance must be a UUID in lower case.");
}

std::string base_name(const BaseImage& image) {
  if (!is_digest(image.digest))
    throw Error(ErrorKind::invalid, "The digest of a base image must be SHA-256 in lower case.");
  if (!is_format(image.format))
    throw Error(ErrorKind::invalid, "The format of a base image must be 'qcow2' or 'raw'.");
  return image.digest + "." + image.format;
}

std::optional<BaseImage> base_named(const std::string& name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return std::nullopt;
  BaseImage image{.digest = name.substr(0, dot), .format = name.substr(dot + 1)};
  if (!is_digest(image.digest) || !is_format(image.format)) return std::nullopt;
  return image;
}

std::int64_t whole_sectors(std::int64_t bytes) {
  if (bytes < 0 || bytes > kMostDiskBytes)
    throw Error(ErrorKind::invalid, "The size of a disk is out of range.");
  return (bytes + kSector - 1) / kSector * kSector;
}

std::int64_t root_disk_bytes(const BaseImage& base, std::int64_t wanted) {
  if (base.virtual_size <= 0)
    throw Error(ErrorKind::invalid,
                "The virtual size of base image " + base.digest + " is not known.");
  return std::max(whole_sectors(base.virtual_size), whole_sectors(wanted));
}

Owner owner_named(const std::string& user) {
  std::string buffer(16384, '\0');
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr)
    return {};
  return {found->pw_uid, found->pw_gid};
}

void publish_file(const std::string& from, const std::string& to, Owner owner, mode_t mode) {
  const UniqueFd fd = open_file(from, O_RDONLY | O_NOFOLLOW);
  if (::fchmod(fd.get(), mode) != 0) throw_errno("chmod " + from, errno);
  if (::fchown(fd.get(), owner.uid, owner.gid) != 0) throw_errno("chown " + from, errno);
  if (::fsync(fd.get()) != 0) throw_errno("sync " + from, errno);
  if (std::rename(from.c_str(), to.c_str()) != 0) throw_errno("rename to " + to, errno);
  sync_directory(fs::path(to).parent_path());
}

bool is_file(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code failure;
  fs::directory_iterator at(directory, failure);
  if (failure == std::errc::no_such_file_or_directory) return names;
  for (const fs::directory_iterator end; !failure && at != end; at.increment(failure))
    names.push_back(at->path().filename().string());
  if (failure) throw_errno("list " + directory, failure.value());
  std::sort(names.begin(), names.end());
  return names;
}

void remove_tree(const std::string& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  if (failure) throw_errno("remove " + path, failure.value());
}

}  // namespace virga::storage
