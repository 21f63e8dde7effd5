// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "common/error.h"
#include "common/file.h"
#include "common/subprocess.h"
#include "storage/snapshot_store.h"
#include "storage/src/disk_files.h"
#include "storage/src/root_disks.h"

namespace virga::storage {
namespace {

constexpr mode_t kCopyMode = 0600;
constexpr std::string_view kStart = "snapshot-";
constexpr std::string_view kWhole = ".qcow2";
constexpr std::string_view kPart = ".part";
constexpr std::chrono::seconds kCreateLimit{60};
constexpr std::chrono::seconds kLeastLimit{300};
constexpr std::int64_t kSlowestBytes = 10 << 20;        // a second: a busy disk that turns
constexpr std::int64_t kBlock = 512;                    // unit of st_blocks
constexpr const char* kMostMemory = "--as=2147483648";  // qemu-img needs some 300 MiB

/// A file that is read from its start.
class FileBytes final : public ByteSource {
 public:
  FileBytes(UniqueFd fd, std::int64_t size) : fd_(std::move(fd)), size_(size) {}
  std::int64_t size() const override { return size_; }
  std::size_t read(char* into, std::size_t most) override {
    std::size_t got = 0;
    while (got < most) {
      const ssize_t n = ::read(fd_.get(), into + got, most - got);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw_errno("read a copy of a disk", errno);
      if (n == 0) break;
      got += static_cast<std::size_t>(n);
    }
    return got;
  }

 private:
  UniqueFd fd_;
  std::int64_t size_;
};

/// The bytes that a file takes on its disk; 0 when it is missing.
std::int64_t stored_bytes(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 ? facts.st_blocks * kBlock : 0;
}

std::string file_option(const std::string& prefix, const std::string& path) {
  std::string escaped;
  for (const char c : path) escaped += c == ',' ? ",," : std::string(1, c);
  return prefix + "driver=file," + prefix + "filename=" + escaped;
}

class DirectorySnapshots final : public SnapshotStore {
 public:
  explicit DirectorySnapshots(const DiskStoreSettings& s)
      : directory_(std::filesystem::absolute(s.directory)),
        cache_(std::filesystem::absolute(s.cache_directory)),
        owner_(owner_named(s.qemu_user)),
        reserve_bytes_(s.reserve_bytes) {}

  SnapshotTarget begin(const SnapshotFile& what, std::int64_t disk) override {
    const std::string part = path_of(what, kPart);
    remove_file(part);
    remove_file(path_of(what, kWhole));
    const std::string source = require_disk(what, disk);
    const std::int64_t size = RootDisks::virtual_size(source);
    require_room(what, disk);
    (void)run_checked({.argv = {"/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", "--", part,
                                std::to_string(size)},
                       .limit = kCreateLimit});
    const UniqueFd fd = open_file(part, O_RDONLY | O_NOFOLLOW);
    if (::fchmod(fd.get(), kCopyMode) != 0) throw_errno("chmod " + part, errno);
    if (::fchown(fd.get(), owner_.uid, owner_.gid) != 0) throw_errno("chown " + part, errno);
    return {part, limit_of(size)};
  }

  void copy(const SnapshotFile& what, std::int64_t disk,
            const std::function<bool()>& is_given_up) override {
    const std::string source = require_disk(what, disk);
    // Formats are recorded facts: those of both files are named, and no header is believed.
    std::string options = "driver=qcow2," + file_option("file.", source);
    if (const auto base = RootDisks::base_of(home_of(what), disk)) {
      const auto image = base_named(*base);
      if (!image)
        throw Error(ErrorKind::unavailable, "The base of disk " + source + " is not known.");
      options += ",backing.driver=" + image->format + "," +
                 file_option("backing.file.", cache_ + "/" + *base);
    }
    Command command{.argv = confined()};
    for (const char* word :
         {"/usr/bin/qemu-img", "convert", "-n", "--image-opts", "--target-image-opts"})
      command.argv.emplace_back(word);
    command.argv.push_back(options);
    command.argv.push_back("driver=qcow2," + file_option("file.", path_of(what, kPart)));
    command.limit = limit_of(RootDisks::virtual_size(source));
    command.is_given_up = is_given_up;
    (void)run_checked(command);
  }

  void finish(const SnapshotFile& what) override {
    // From now on it is ours alone.
    publish_file(path_of(what, kPart), path_of(what, kWhole), Owner{::geteuid(), ::getegid()},
                 kCopyMode);
  }

  std::unique_ptr<ByteSource> open(const SnapshotFile& what) const override {
    const std::string path = path_of(what, kWhole);
    if (!is_file(path)) return nullptr;
    UniqueFd fd = open_file(path, O_RDONLY | O_NOFOLLOW);
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0) throw_errno("stat " + path, errno);
    return std::make_unique<FileBytes>(std::move(fd), facts.st_size);
  }

  void drop(const SnapshotFile& what) override {
    remove_file(path_of(what, kPart));
    remove_file(path_of(what, kWhole));
  }

  std::vector<SnapshotFile> list() const override {
    std::vector<SnapshotFile> found;
    for (const std::string& id : names_in(directory_)) {
      if (!is_canonical_uuid(id)) continue;
      for (std::string name : names_in(directory_ + "/" + id)) {
        if (!name.starts_with(kStart)) continue;
        const bool complete = name.ends_with(kWhole);
        if (!complete && !name.ends_with(kPart)) continue;
        name.resize(name.size() - (complete ? kWhole : kPart).size());
        name.erase(0, kStart.size());
        if (is_canonical_uuid(name)) found.push_back({id, name, complete});
      }
    }
    return found;
  }

 private:
  std::string home_of(const SnapshotFile& what) const {
    require_instance_id(what.instance_id);
    return directory_ + "/" + what.instance_id;
  }

  std::string path_of(const SnapshotFile& what, std::string_view ending) const {
    if (!is_canonical_uuid(what.image_id))
      throw Error(ErrorKind::invalid, "The id of an image must be a UUID in lower case.");
    return home_of(what) + "/" + std::string(kStart) + what.image_id + std::string(ending);
  }

  std::string require_disk(const SnapshotFile& what, std::int64_t disk) const {
    std::string path = RootDisks::path(home_of(what), disk);
    if (!is_file(path))
      throw Error(ErrorKind::unavailable, "The root disk " + path + " is missing.");
    return path;
  }

  /// A full file system stops all guests whose disks lie on it.
  void require_room(const SnapshotFile& what, std::int64_t disk) const {
    std::int64_t needed = stored_bytes(require_disk(what, disk));
    if (const auto base = RootDisks::base_of(home_of(what), disk))
      needed += stored_bytes(cache_ + "/" + *base);
    struct statvfs facts {};
    if (::statvfs(directory_.c_str(), &facts) != 0) throw_errno("statvfs " + directory_, errno);
    const auto free =
        static_cast<std::int64_t>(facts.f_bavail) * static_cast<std::int64_t>(facts.f_frsize);
    if (free - needed < reserve_bytes_)
      throw Error(ErrorKind::unavailable,
                  "There is no room on the host for a copy of the disk of "
                  "instance " +
                      what.instance_id + ".");
  }

  static std::chrono::seconds limit_of(std::int64_t virtual_size) {
    return kLeastLimit + std::chrono::seconds(virtual_size / kSlowestBytes);
  }

  /// What runs before qemu-img, which reads what a guest has written: it may do no more than QEMU.
  std::vector<std::string> confined() const {
    std::vector<std::string> words{"/usr/bin/prlimit", kMostMemory, "--nofile=64", "--core=0",
                                   "--"};
    if (::geteuid() != 0 || owner_.uid == static_cast<uid_t>(-1)) return words;
    words.insert(words.begin(), {"/usr/bin/setpriv", "--reuid=" + std::to_string(owner_.uid),
                                 "--regid=" + std::to_string(owner_.gid), "--clear-groups",
                                 "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--"});
    return words;
  }

  const std::string directory_;
  const std::string cache_;
  const Owner owner_;
  const std::int64_t reserve_bytes_;
};

}  // namespace

std::unique_ptr<SnapshotStore> make_directory_snapshots(const DiskStoreSettings& settings) {
  return std::make_unique<DirectorySnapshots>(settings);
}

}  // namespace virga::storage
