// SPDX-License-Identifier: Apache-2.0
// The cached base images of a host. A file has its final name only when its bytes have its digest,
// and is never changed afterwards.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/file.h"
#include "storage/disk_store.h"
#include "storage/src/single_flight.h"

namespace virga::storage {

/// How many root disks stand on a base, by its name. One that is not there has none.
using DisksOfBases = std::map<std::string, std::int64_t>;

/// Thread-safe.
class BaseCache {
 public:
  /// Makes the directory and removes half-fetched files.
  /// @param reserve_bytes free space that a fetch must leave.  @throws Error{unavailable}
  BaseCache(std::string directory, std::int64_t reserve_bytes);

  /// See DiskStore::ensure_base.
  void ensure(const BaseImage& image, const FetchImage& fetch);

  /// Runs `mark`, which records that the base is needed, so that no eviction comes between.
  /// @return the absolute path of the base.  @throws Error{unavailable} when it is not cached
  std::string use(const BaseImage& image, const std::function<void()>& mark);

  /// Removes what is neither in `digests`, nor among the names that `marked` gives, nor was used
  /// for `keep_s` seconds.
  void evict(const std::vector<std::string>& digests, std::int64_t keep_s,
             const std::function<DisksOfBases()>& marked);

  /// See DiskStore::drop_base.
  void drop(const BaseImage& image, const std::function<DisksOfBases()>& marked);

  /// See DiskStore::list_bases.
  std::vector<CachedBase> list(const DisksOfBases& disks) const;

 private:
  bool touch_if_present(const BaseImage& image);
  UniqueFd open_part(const std::string& path, std::int64_t size);
  void fetch_into(const std::string& part, const BaseImage& image, const FetchImage& fetch);

  std::string directory_;
  std::int64_t reserve_bytes_;
  std::mutex mutex_;       // makes "is it there, and mark it" and eviction exclude each other
  std::mutex room_mutex_;  // makes "is there room" and taking it one step
  SingleFlight flights_;
};

}  // namespace virga::storage
