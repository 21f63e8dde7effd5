// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "common/error.h"
#include "storage/snapshot_store.h"
#include "storage/src/disk_files.h"

namespace virga::storage {
namespace {

constexpr std::size_t kCluster = 65536;
constexpr std::uint64_t kVirtualSize = 1 << 20;

void put(std::string& bytes, std::size_t offset, std::size_t width, std::uint64_t value) {
  for (std::size_t i = 0; i < width; ++i)
    bytes.at(offset + width - 1 - i) = static_cast<char>((value >> (8 * i)) & 0xffU);
}

/// A disk of zeros as qemu-img makes it (header, reference counts, L1 table), with a text at its
/// end that nothing points at.  Source: QEMU, docs/interop/qcow2.
std::string empty_qcow2(const std::string& text) {
  std::string image(3 * kCluster + 8, '\0');
  image.replace(0, 4, std::string("QFI\xfb"));
  put(image, 4, 4, 3);
  put(image, 20, 4, 16);
  put(image, 24, 8, kVirtualSize);
  put(image, 36, 4, 1);
  put(image, 40, 8, 3 * kCluster);
  put(image, 48, 8, kCluster);
  put(image, 56, 4, 1);
  put(image, 96, 4, 4);
  put(image, 100, 4, 112);
  return image + text;
}

class TextBytes final : public ByteSource {
 public:
  explicit TextBytes(std::string text) : text_(std::move(text)) {}
  std::int64_t size() const override { return static_cast<std::int64_t>(text_.size()); }
  std::size_t read(char* into, std::size_t most) override {
    const std::size_t n = std::min(most, text_.size() - at_);
    std::memcpy(into, text_.data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  const std::string text_;
  std::size_t at_ = 0;
};

class FakeSnapshots final : public SnapshotStore {
 public:
  explicit FakeSnapshots(DiskStore& disks) : disks_(disks) {}

  SnapshotTarget begin(const SnapshotFile& what, std::int64_t /*disk*/) override {
    require_instance_id(what.instance_id);
    if (!has_files(what.instance_id))
      throw Error(ErrorKind::unavailable, "The root disk of " + what.instance_id + " is missing.");
    const std::lock_guard lock(mutex_);
    files_[{what.instance_id, what.image_id}] = false;
    return {"/fake/instances/" + what.instance_id + "/snapshot-" + what.image_id + ".part",
            std::chrono::seconds(60)};
  }

  void copy(const SnapshotFile& what, std::int64_t /*disk*/,
            const std::function<bool()>& is_given_up) override {
    if (is_given_up())
      throw Error(ErrorKind::unavailable, "The copy of " + what.instance_id + " was given up.");
  }

  void finish(const SnapshotFile& what) override {
    const std::lock_guard lock(mutex_);
    const auto at = files_.find({what.instance_id, what.image_id});
    if (at == files_.end())
      throw Error(ErrorKind::unavailable, "The copy of " + what.instance_id + " is missing.");
    at->second = true;
  }

  std::unique_ptr<ByteSource> open(const SnapshotFile& what) const override {
    if (!has_files(what.instance_id)) return nullptr;
    const std::lock_guard lock(mutex_);
    const auto at = files_.find({what.instance_id, what.image_id});
    if (at == files_.end() || !at->second) return nullptr;
    return std::make_unique<TextBytes>(empty_qcow2(what.image_id));
  }

  void drop(const SnapshotFile& what) override {
    const std::lock_guard lock(mutex_);
    files_.erase({what.instance_id, what.image_id});
  }

  std::vector<SnapshotFile> list() const override {
    const auto ids = disks_.list();
    const std::lock_guard lock(mutex_);
    std::vector<SnapshotFile> found;
    for (const auto& [key, complete] : files_)
      if (std::find(ids.begin(), ids.end(), key.first) != ids.end())
        found.push_back({key.first, key.second, complete});
    return found;
  }

 private:
  bool has_files(const std::string& instance_id) const {
    const auto ids = disks_.list();
    return std::find(ids.begin(), ids.end(), instance_id) != ids.end();
  }

  DiskStore& disks_;
  mutable std::mutex mutex_;                                   // guards files_
  std::map<std::pair<std::string, std::string>, bool> files_;  ///< by instance and image: complete
};

}  // namespace

std::unique_ptr<SnapshotStore> make_fake_snapshots(DiskStore& disks) {
  return std::make_unique<FakeSnapshots>(disks);
}

}  // namespace virga::storage
