// SPDX-License-Identifier: Apache-2.0
// Copies of root disks on their way to the image service: files beside the disks.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/disk_store.h"

namespace virga::storage {

/// A copy that is there, or half of it.
struct SnapshotFile {
  std::string instance_id;
  std::string image_id;  ///< of the image that it becomes
  bool complete = false;
  bool operator==(const SnapshotFile&) const = default;
};

/// Where a copy is written to.
struct SnapshotTarget {
  std::string path;               ///< an empty qcow2 file of the disk's size that QEMU may write
  std::chrono::seconds limit{0};  ///< how long the copy may take
};

/// Bytes that are read once, in order.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::int64_t size() const = 0;
  /// Fills up to `most` bytes; fewer only at the end.  @throws Error{unavailable}
  virtual std::size_t read(char* into, std::size_t most) = 0;
};

/// Copies stand alone (no backing file) and are qcow2. A complete one never changes. Thread-safe
/// for different copies; everything survives SIGKILL at any instruction.
class SnapshotStore {
 public:
  virtual ~SnapshotStore() = default;

  /// Begins a copy of a root disk anew, in the place of what an earlier try left.
  /// @throws Error{unavailable} when the disk is missing or there is no room for the copy
  virtual SnapshotTarget begin(const SnapshotFile& what, std::int64_t disk) = 0;

  /// Copies a root disk that no guest uses into what begin() made.
  /// @param is_given_up asked now and then
  /// @throws Error{unavailable} when it fails, takes too long or is given up
  virtual void copy(const SnapshotFile& what, std::int64_t disk,
                    const std::function<bool()>& is_given_up) = 0;

  /// The copy is whole: makes it durable.  @throws Error{unavailable}
  virtual void finish(const SnapshotFile& what) = 0;

  /// The bytes of a complete copy; null: there is none.
  virtual std::unique_ptr<ByteSource> open(const SnapshotFile& what) const = 0;

  /// Removes a copy, complete or not; absence is success.
  virtual void drop(const SnapshotFile& what) = 0;

  /// All that there are.
  virtual std::vector<SnapshotFile> list() const = 0;
};

/// In the directories of the instances of a directory store with the same settings.
std::unique_ptr<SnapshotStore> make_directory_snapshots(const DiskStoreSettings& settings);

/// In memory: copies of what `disks` has, each a small qcow2 file with other bytes.
std::unique_ptr<SnapshotStore> make_fake_snapshots(DiskStore& disks);

}  // namespace virga::storage
