// SPDX-License-Identifier: Apache-2.0
// The files of instances on one host: cached base images, root disks, config drives, console logs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace virga::storage {

/// A base image as the control plane recorded it.
struct BaseImage {
  std::string digest;             ///< SHA-256 of the bytes, hexadecimal
  std::string format;             ///< "qcow2" or "raw"; never probed
  std::int64_t size = 0;          ///< bytes
  std::int64_t virtual_size = 0;  ///< bytes a guest sees, from inspection; needed for root disks
};

/// What the cache holds of a base.
struct CachedBase {
  std::string digest;
  std::string format;
  std::int64_t size = 0;     ///< bytes
  std::int64_t used_us = 0;  ///< when it was last fetched or asked for; microseconds since 1970
  std::int64_t made_us = 0;  ///< when it was made
  std::int64_t disks = 0;    ///< root disks here that stand on it
};

/// Receives the bytes of a download piece by piece.
using ByteSink = std::function<void(std::string_view)>;
/// Fetches the bytes of an image into a sink.  @throws Error
using FetchImage = std::function<void(const BaseImage&, const ByteSink&)>;

/// A root disk that is to be made.
struct RootDiskSpec {
  std::int64_t number = 1;  ///< among the root disks of the instance
  /// The number of the one that it begins as a copy of; 0: it is made on the base. The same as
  /// `number`: it must be there already.
  std::int64_t copy_of = 0;
  BaseImage base;
  std::int64_t size_bytes = 0;  ///< at least; 0: as large as what it is made of
};

/// Where an instance's files are.
struct InstanceFiles {
  std::string root_disk;  ///< qcow2 overlay
  std::string kept_disk;  ///< another one; empty: none was asked for
  std::string console_log;
  std::string config_drive;  ///< empty: none
};

/// Disk files of one host. Thread-safe for different instances and images; one image is fetched
/// once however many callers wait for it. Everything is idempotent and survives SIGKILL at any
/// instruction.
class DiskStore {
 public:
  virtual ~DiskStore() = default;

  /// Fetches the base image into the cache unless it is there, and verifies its size and digest.
  /// Whoever comes while a fetch runs waits for it and shares its outcome; the next call tries
  /// anew. The fetch has to have its own time limit.
  /// @throws Error{invalid} when the bytes do not have the digest, Error{unavailable} when there is
  /// no
  ///         room, and what the fetch threw
  virtual void ensure_base(const BaseImage& image, const FetchImage& fetch) = 0;

  /// Makes a root disk, a qcow2 overlay on the cached base, unless it is there. From then on the
  /// base is not evicted. What it is a copy of must not be in use.
  /// @throws Error{invalid} when the virtual size of the base is not known, Error{unavailable} when
  /// the base is not in the cache, what it is a copy of is missing or the disk cannot be made
  virtual void ensure_root_disk(const std::string& instance_id, const RootDiskSpec& spec) = 0;

  /// Removes the root disks with other numbers, none of which may be in use.
  virtual void keep_root_disks(const std::string& instance_id,
                               const std::set<std::int64_t>& numbers) = 0;

  /// Makes the config drive (ISO 9660, label "config-2") with these files (path -> content), unless
  /// there is one with the same files. One that is in use is replaced, not changed.
  /// @throws Error{invalid} when a path is not relative or leaves the drive, Error{too_large} over
  ///         16 MiB of content, Error{unavailable}
  virtual void ensure_config_drive(const std::string& instance_id,
                                   const std::map<std::string, std::string>& files) = 0;

  /// Paths, whether or not the files exist; config_drive is empty when there is none.
  /// @param kept number of another root disk; 0: none
  virtual InstanceFiles files_of(const std::string& instance_id, std::int64_t disk = 1,
                                 std::int64_t kept = 0) const = 0;

  /// The last `max_bytes` of the console log; empty when there is none.
  virtual std::string read_console(const std::string& instance_id, std::size_t max_bytes) const = 0;

  /// Removes everything of an instance; absence is success.
  virtual void ensure_absent(const std::string& instance_id) = 0;

  /// Ids of the instances that have anything here.
  virtual std::vector<std::string> list() const = 0;

  /// Removes cached bases that nothing in `digests_in_use` names, that no root disk here stands on
  /// and that were not used for `keep_s` seconds.
  virtual void evict_bases(const std::vector<std::string>& digests_in_use, std::int64_t keep_s) = 0;

  /// The cached bases, ordered by digest and format. None that is on its way.
  virtual std::vector<CachedBase> list_bases() const = 0;

  /// Removes one base from the cache, however young it is, unless a root disk here stands on it;
  /// absence is success.  @throws Error{invalid} when its digest or format is none
  virtual void drop_base(const BaseImage& image) = 0;

  /// Free and total bytes of the file system that holds the disks.
  struct Space {
    std::int64_t free = 0;
    std::int64_t total = 0;
  };
  virtual Space space() const = 0;
};

struct DiskStoreSettings {
  std::string directory = "/var/lib/virga/instances";
  std::string cache_directory = "/var/lib/virga/cache";
  std::string console_directory = "/var/lib/virga/console";
  std::string qemu_user =
      "libvirt-qemu";  ///< owner of the files that QEMU writes; root when unknown
  std::int64_t reserve_bytes = 512LL << 20;  ///< free space that a fetch must leave in the cache
};

/// Files on a directory, qemu-img for overlays, genisoimage for config drives. Makes the
/// directories and removes half-made cache files of an earlier process; one process per set of
/// directories. Every instance id must be a UUID in its canonical form, or the verbs throw
/// Error{invalid}.
/// @throws Error{unavailable}
std::unique_ptr<DiskStore> make_directory_store(DiskStoreSettings settings);

/// In memory, for tests and simulated hosts. A fetch that delivers no bytes counts as a good one,
/// so that many simulated hosts need not move images.
std::unique_ptr<DiskStore> make_fake_store();

}  // namespace virga::storage
