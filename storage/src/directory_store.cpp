// SPDX-License-Identifier: Apache-2.0
#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>
#include <set>

#include "common/error.h"
#include "common/file.h"
#include "common/subprocess.h"
#include "storage/disk_store.h"
#include "storage/src/base_cache.h"
#include "storage/src/config_drive.h"
#include "storage/src/console.h"
#include "storage/src/disk_files.h"

namespace virga::storage {
namespace {

constexpr mode_t kPassable = 0711;  // QEMU's user passes through, but cannot look around
constexpr mode_t kDiskMode = 0600;
constexpr std::chrono::seconds kCreateLimit{60};  // > 1000 x the time it needs
constexpr std::size_t kMarkLimit = 256;

class DirectoryStore final : public DiskStore {
 public:
  explicit DirectoryStore(const DiskStoreSettings& s)
      : directory_(std::filesystem::absolute(s.directory)),
        consoles_(std::filesystem::absolute(s.console_directory)),
        owner_(owner_named(s.qemu_user)),
        cache_(s.cache_directory, s.reserve_bytes) {
    make_directories(directory_, kPassable);
    make_directories(consoles_, kPassable);
  }

  void ensure_base(const BaseImage& image, const FetchImage& fetch) override {
    cache_.ensure(image, fetch);
  }

  void ensure_root_disk(const std::string& instance_id, const BaseImage& base,
                        std::int64_t size_bytes) override {
    const std::string disk = files_of(instance_id).root_disk;
    if (is_file(disk)) return;
    const std::int64_t size = root_disk_bytes(base, size_bytes);
    const std::string home = home_of(instance_id);
    const std::string part = home + "/root.part";
    const std::string backing = cache_.use(base, [&] {
      ensure_home(home);
      write_file_atomic(home + "/base", base_name(base));
    });
    remove_file(part);
    // -u: the base is not opened. Its format and size are recorded facts, and nothing untrusted is
    // read here.
    (void)run_checked({.argv = {"/usr/bin/qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F",
                                base.format, "-b", backing, "--", part, std::to_string(size)},
                       .limit = kCreateLimit});
    publish_file(part, disk, owner_, kDiskMode);
  }

  void ensure_config_drive(const std::string& instance_id,
                           const std::map<std::string, std::string>& files) override {
    const std::string home = home_of(instance_id);
    ensure_home(home);
    make_config_drive(home, files, owner_);
  }

  InstanceFiles files_of(const std::string& instance_id) const override {
    const std::string home = home_of(instance_id);
    InstanceFiles files{.root_disk = home + "/root.qcow2",
                        .console_log = consoles_ + "/" + instance_id + ".log",
                        .config_drive = home + "/config.iso"};
    if (!is_file(files.config_drive)) files.config_drive.clear();
    return files;
  }

  std::string read_console(const std::string& instance_id, std::size_t max_bytes) const override {
    return read_console_tail(files_of(instance_id).console_log, max_bytes);
  }

  void ensure_absent(const std::string& instance_id) override {
    const std::string home = home_of(instance_id);
    // The disk goes first: as long as it is there, the mark beside it must protect its base.
    remove_file(home + "/root.qcow2");
    remove_tree(home);
    sync_directory(directory_);
    remove_console(consoles_, instance_id);
  }

  std::vector<std::string> list() const override {
    const auto with_log = console_ids(consoles_);
    std::set<std::string> ids(with_log.begin(), with_log.end());
    for (const std::string& name : names_in(directory_))
      if (is_canonical_uuid(name)) ids.insert(name);
    return {ids.begin(), ids.end()};
  }

  void evict_bases(const std::vector<std::string>& digests_in_use, std::int64_t keep_s) override {
    cache_.evict(digests_in_use, keep_s, [this] { return marked_bases(); });
  }

  std::vector<CachedBase> list_bases() const override { return cache_.list(marked_bases()); }

  void drop_base(const BaseImage& image) override {
    cache_.drop(image, [this] { return marked_bases(); });
  }

  Space space() const override {
    struct statvfs facts {};
    if (::statvfs(directory_.c_str(), &facts) != 0) throw_errno("statvfs " + directory_, errno);
    const auto unit = static_cast<std::int64_t>(facts.f_frsize);
    return {.free = static_cast<std::int64_t>(facts.f_bavail) * unit,
            .total = static_cast<std::int64_t>(facts.f_blocks) * unit};
  }

 private:
  std::string home_of(const std::string& instance_id) const {
    require_instance_id(instance_id);
    return directory_ + "/" + instance_id;
  }

  DisksOfBases marked_bases() const {
    DisksOfBases marked;
    for (const std::string& name : names_in(directory_)) {
      if (!is_canonical_uuid(name)) continue;
      const auto base = read_file(directory_ + "/" + name + "/base", kMarkLimit);
      if (base) ++marked[*base];
    }
    return marked;
  }

  void ensure_home(const std::string& home) const {
    if (std::filesystem::is_directory(std::filesystem::symlink_status(home))) return;
    make_directories(home, kPassable);
    sync_directory(directory_);
  }

  std::string directory_;
  std::string consoles_;
  Owner owner_;
  BaseCache cache_;
};

}  // namespace

std::unique_ptr<DiskStore> make_directory_store(DiskStoreSettings settings) {
  return std::make_unique<DirectoryStore>(settings);
}

}  // namespace virga::storage
