// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>

#include "common/error.h"
#include "common/hash.h"
#include "storage/disk_store.h"
#include "storage/src/config_drive.h"
#include "storage/src/disk_files.h"
#include "storage/src/single_flight.h"

namespace virga::storage {
namespace {

constexpr std::int64_t kTotalBytes = 1LL << 40;  // 1 TiB

constexpr std::int64_t kSecondUs = 1'000'000;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

struct Instance {
  std::string base;  ///< name in the cache; empty: no root disk
  std::int64_t root_bytes = 0;
  bool has_config_drive = false;
};

class FakeStore final : public DiskStore {
 public:
  void ensure_base(const BaseImage& image, const FetchImage& fetch) override {
    const std::string name = base_name(image);
    if (image.size <= 0)
      throw Error(ErrorKind::invalid, "The size of image " + image.digest + " is not known.");
    flights_.run(name, [&] {
      if (touch_if_present(name)) return;
      fetch_and_verify(image, fetch);
      const std::lock_guard lock(mutex_);
      const std::int64_t now = now_us();
      bases_[name] = {image.digest, image.format, image.size, now, now, 0};
    });
  }

  void ensure_root_disk(const std::string& instance_id, const BaseImage& base,
                        std::int64_t size_bytes) override {
    require_instance_id(instance_id);
    const std::lock_guard lock(mutex_);
    const auto at = instances_.find(instance_id);
    if (at != instances_.end() && !at->second.base.empty()) return;
    const std::int64_t size = root_disk_bytes(base, size_bytes);
    const std::string name = base_name(base);
    if (!bases_.contains(name))
      throw Error(ErrorKind::unavailable, "Base image " + base.digest + " is not in the cache.");
    Instance& instance = instances_[instance_id];
    instance.base = name;
    instance.root_bytes = size;
  }

  void ensure_config_drive(const std::string& instance_id,
                           const std::map<std::string, std::string>& files) override {
    require_instance_id(instance_id);
    check_drive_files(files);
    const std::lock_guard lock(mutex_);
    instances_[instance_id].has_config_drive = true;
  }

  InstanceFiles files_of(const std::string& instance_id) const override {
    require_instance_id(instance_id);
    const std::lock_guard lock(mutex_);
    const auto at = instances_.find(instance_id);
    const bool drive = at != instances_.end() && at->second.has_config_drive;
    const std::string home = "/fake/instances/" + instance_id;
    return {.root_disk = home + "/root.qcow2",
            .console_log = "/fake/console/" + instance_id + ".log",
            .config_drive = drive ? home + "/config.iso" : ""};
  }

  std::string read_console(const std::string& instance_id, std::size_t max_bytes) const override {
    require_instance_id(instance_id);
    const std::lock_guard lock(mutex_);
    const auto at = instances_.find(instance_id);
    if (at == instances_.end() || at->second.base.empty()) return "";
    const std::string text = "Console of simulated instance " + instance_id + "\n";
    return text.substr(text.size() - std::min(max_bytes, text.size()));
  }

  void ensure_absent(const std::string& instance_id) override {
    require_instance_id(instance_id);
    const std::lock_guard lock(mutex_);
    instances_.erase(instance_id);
  }

  std::vector<std::string> list() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    for (const auto& [id, instance] : instances_) ids.push_back(id);
    return ids;
  }

  void evict_bases(const std::vector<std::string>& digests_in_use, std::int64_t keep_s) override {
    const std::lock_guard lock(mutex_);
    const auto marked = marked_bases();
    std::erase_if(bases_, [&](const auto& entry) {
      const auto& [name, base] = entry;
      return !marked.contains(name) && now_us() - base.used_us >= keep_s * kSecondUs &&
             std::find(digests_in_use.begin(), digests_in_use.end(), base.digest) ==
                 digests_in_use.end();
    });
  }

  std::vector<CachedBase> list_bases() const override {
    const std::lock_guard lock(mutex_);
    auto marked = marked_bases();
    std::vector<CachedBase> bases;
    for (const auto& [name, base] : bases_) {
      bases.push_back(base);
      bases.back().disks = marked[name];
    }
    return bases;
  }

  void drop_base(const BaseImage& image) override {
    const std::string name = base_name(image);
    const std::lock_guard lock(mutex_);
    if (!marked_bases().contains(name)) bases_.erase(name);
  }

  Space space() const override {
    const std::lock_guard lock(mutex_);
    std::int64_t used = 0;
    for (const auto& [name, base] : bases_) used += base.size;
    return {.free = std::max<std::int64_t>(0, kTotalBytes - used), .total = kTotalBytes};
  }

 private:
  /// How many disks stand on each base. The lock is held.
  std::map<std::string, std::int64_t> marked_bases() const {
    std::map<std::string, std::int64_t> marked;
    for (const auto& [id, instance] : instances_) ++marked[instance.base];
    return marked;
  }

  bool touch_if_present(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto at = bases_.find(name);
    if (at == bases_.end()) return false;
    at->second.used_us = now_us();
    return true;
  }

  static void fetch_and_verify(const BaseImage& image, const FetchImage& fetch) {
    Digest digest(DigestKind::sha256);
    bool any = false;
    fetch(image, [&](std::string_view bytes) {
      any = any || !bytes.empty();
      digest.update(bytes);
    });
    if (any && digest.hex() != image.digest)
      throw Error(ErrorKind::invalid,
                  "The bytes that were fetched are not those of image " + image.digest + ".");
  }

  mutable std::mutex mutex_;                 // guards bases_ and instances_
  std::map<std::string, CachedBase> bases_;  ///< by name; their disks are counted when asked for
  std::map<std::string, Instance> instances_;
  SingleFlight flights_;
};

}  // namespace

std::unique_ptr<DiskStore> make_fake_store() {
  return std::make_unique<FakeStore>();
}

}  // namespace virga::storage
