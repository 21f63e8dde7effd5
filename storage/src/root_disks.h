// SPDX-License-Identifier: Apache-2.0
// The root disks in the directory of one instance. Private to storage.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/disk_store.h"
#include "storage/src/base_cache.h"
#include "storage/src/disk_files.h"

namespace virga::storage {

/// Makes, keeps and removes them. Beside each disk lies a mark that names the cached base that it
/// stands on; it is there before the disk, and goes after it.
class RootDisks {
 public:
  RootDisks(BaseCache& cache, Owner owner) : cache_(cache), owner_(owner) {}

  /// "root.qcow2" for the first, "root-N.qcow2" for the others.
  static std::string path(const std::string& home, std::int64_t number);

  /// The name of the base that a disk stands on; nullopt: none is known.
  static std::optional<std::string> base_of(const std::string& home, std::int64_t number);

  /// The size that a guest sees of a disk of ours.  @throws Error{unavailable}
  static std::int64_t virtual_size(const std::string& disk);

  /// Makes the disk unless it is there. `make_home` is called before anything is written.
  void ensure(const std::string& home, const RootDiskSpec& spec,
              const std::function<void()>& make_home);

  /// Removes all others.
  static void keep(const std::string& home, const std::set<std::int64_t>& numbers);

  /// The name of the base of each disk here.
  static std::vector<std::string> bases(const std::string& home);

 private:
  void make_overlay(const std::string& part, const std::string& mark, const RootDiskSpec& spec,
                    const std::function<void()>& make_home);
  static void make_copy(const std::string& home, const std::string& part, const std::string& mark,
                        const RootDiskSpec& spec);

  BaseCache& cache_;
  const Owner owner_;
};

}  // namespace virga::storage
