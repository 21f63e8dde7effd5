// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ctime>
#include <mutex>
#include <set>

#include "common/error.h"
#include "common/hash.h"
#include "storage/disk_store.h"
#include "storage/src/config_drive.h"
#include "storage/src/disk_files.h"
#include "storage/src/single_flight.h"

namespace virga::storage {
namespace {

constexpr std::int64_t kTotalBytes = 1LL << 40;  // 1 TiB

struct Base {
  std::string digest;
  std::int64_t size = 0;
  std::int64_t used_s = 0;
};

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
      bases_[name] = {image.digest, image.size, std::time(nullptr)};
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
    std::set<std::string> marked;
    for (const auto& [id, instance] : instances_) marked.insert(instance.base);
    std::erase_if(bases_, [&](const auto& entry) {
      const auto& [name, base] = entry;
      return !marked.contains(name) && std::time(nullptr) - base.used_s >= keep_s &&
             std::find(digests_in_use.begin(), digests_in_use.end(), base.digest) ==
                 digests_in_use.end();
    });
  }

  Space space() const override {
    const std::lock_guard lock(mutex_);
    std::int64_t used = 0;
    for (const auto& [name, base] : bases_) used += base.size;
    return {.free = std::max<std::int64_t>(0, kTotalBytes - used), .total = kTotalBytes};
  }

 private:
  bool touch_if_present(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto at = bases_.find(name);
    if (at == bases_.end()) return false;
    at->second.used_s = std::time(nullptr);
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

  mutable std::mutex mutex_;  // guards bases_ and instances_
  std::map<std::string, Base> bases_;
  std::map<std::string, Instance> instances_;
  SingleFlight flights_;
};

}  // namespace

std::unique_ptr<DiskStore> make_fake_store() {
  return std::make_unique<FakeStore>();
}

}  // namespace virga::storage
