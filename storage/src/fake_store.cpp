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
  std::map<std::int64_t, std::string> disks;  ///< root disks by number: name of the base
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

  void ensure_root_disk(const std::string& instance_id, const RootDiskSpec& spec) override {
    require_instance_id(instance_id);
    const std::lock_guard lock(mutex_);
    const auto at = instances_.find(instance_id);
    const bool known = at != instances_.end();
    if (known && at->second.disks.contains(spec.number)) return;
    if (spec.copy_of != 0) {
      if (!known || !at->second.disks.contains(spec.copy_of))
        throw Error(ErrorKind::unavailable, "The root disk of " + instance_id + " is missing.");
      at->second.disks[spec.number] = at->second.disks[spec.copy_of];
      return;
    }
    (void)root_disk_bytes(spec.base, spec.size_bytes);
    const std::string name = base_name(spec.base);
    if (!bases_.contains(name))
      throw Error(ErrorKind::unavailable,
                  "Base image " + spec.base.digest + " is not in the cache.");
    instances_[instance_id].disks[spec.number] = name;
  }

  void keep_root_disks(const std::string& instance_id,
                       const std::set<std::int64_t>& numbers) override {
    require_instance_id(instance_id);
    const std::lock_guard lock(mutex_);
    const auto at = instances_.find(instance_id);
    if (at == instances_.end()) return;
    std::erase_if(at->second.disks, [&](const auto& d) { return !numbers.contains(d.first); });
  }

  void ensure_config_drive(const std::string& instance_id,
                           const std::map<std::string, std::string>& files) override {
    require_instance_id(instance_id);
    check_drive_files(files);
    const std::lock_guard lock(mutex_);
    instances_[instance_id].has_config_drive = true;
  }

  InstanceFiles files_of(const std::string& instance_id, std::int64_t disk,
                         std::int64_t kept) const override {
    require_instance_id(instance_id);
    const std::lock_guard lock(mutex_);
    const auto at = instances_.find(instance_id);
    const bool drive = at != instances_.end() && at->second.has_config_drive;
    const std::string home = "/fake/instances/" + instance_id;
    const auto path = [&](std::int64_t n) {
      return home + "/root-" + std::to_string(n) + ".qcow2";
    };
    return {.root_disk = path(disk),
            .kept_disk = kept == 0 ? "" : path(kept),
            .console_log = "/fake/console/" + instance_id + ".log",
            .config_drive = drive ? home + "/config.iso" : ""};
  }

  std::string read_console(const std::string& instance_id, std::size_t max_bytes) const override {
    require_instance_id(instance_id);
    const std::lock_guard lock(mutex_);
    const auto at = instances_.find(instance_id);
    if (at == instances_.end() || at->second.disks.empty()) return "";
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
    for (const auto& [id, instance] : instances_)
      for (const auto& [number, base] : instance.disks) ++marked[base];
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
