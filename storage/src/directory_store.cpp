// SPDX-License-Identifier: Apache-2.0
#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>
#include <set>

#include "common/error.h"
#include "common/file.h"
#include "storage/disk_store.h"
#include "storage/src/base_cache.h"
#include "storage/src/config_drive.h"
#include "storage/src/console.h"
#include "storage/src/disk_files.h"
#include "storage/src/root_disks.h"

namespace virga::storage {
namespace {

constexpr mode_t kPassable = 0711;  // QEMU's user passes through, but cannot look around

class DirectoryStore final : public DiskStore {
 public:
  explicit DirectoryStore(const DiskStoreSettings& s)
      : directory_(std::filesystem::absolute(s.directory)),
        consoles_(std::filesystem::absolute(s.console_directory)),
        owner_(owner_named(s.qemu_user)),
        cache_(s.cache_directory, s.reserve_bytes),
        disks_(cache_, owner_) {
    make_directories(directory_, kPassable);
    make_directories(consoles_, kPassable);
  }

  void ensure_base(const BaseImage& image, const FetchImage& fetch) override {
    cache_.ensure(image, fetch);
  }

  void ensure_root_disk(const std::string& instance_id, const RootDiskSpec& spec) override {
    const std::string home = home_of(instance_id);
    disks_.ensure(home, spec, [&] { ensure_home(home); });
  }

  void keep_root_disks(const std::string& instance_id,
                       const std::set<std::int64_t>& numbers) override {
    RootDisks::keep(home_of(instance_id), numbers);
  }

  void ensure_config_drive(const std::string& instance_id,
                           const std::map<std::string, std::string>& files) override {
    const std::string home = home_of(instance_id);
    ensure_home(home);
    make_config_drive(home, files, owner_);
  }

  InstanceFiles files_of(const std::string& instance_id, std::int64_t disk,
                         std::int64_t kept) const override {
    const std::string home = home_of(instance_id);
    InstanceFiles files{.root_disk = RootDisks::path(home, disk),
                        .kept_disk = kept == 0 ? "" : RootDisks::path(home, kept),
                        .console_log = console_of(instance_id),
                        .config_drive = home + "/config.iso"};
    if (!is_file(files.config_drive)) files.config_drive.clear();
    return files;
  }

  std::string read_console(const std::string& instance_id, std::size_t max_bytes) const override {
    return read_console_tail(console_of(instance_id), max_bytes);
  }

  void ensure_absent(const std::string& instance_id) override {
    const std::string home = home_of(instance_id);
    RootDisks::keep(home, {});  // first: a disk must not outlive the mark of its base
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
      for (const std::string& base : RootDisks::bases(directory_ + "/" + name)) ++marked[base];
    }
    return marked;
  }

  std::string console_of(const std::string& instance_id) const {
    require_instance_id(instance_id);
    return consoles_ + "/" + instance_id + ".log";
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
  RootDisks disks_;
};

}  // namespace

std::unique_ptr<DiskStore> make_directory_store(DiskStoreSettings settings) {
  return std::make_unique<DirectoryStore>(settings);
}

}  // namespace virga::storage
