// SPDX-License-Identifier: Apache-2.0
// Names that may become paths, and the file steps that all parts of the store share.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/disk_store.h"

namespace virga::storage {

/// True for a UUID as we write it: dashes, lower case.
bool is_canonical_uuid(std::string_view text) noexcept;
/// @throws Error{invalid}
void require_instance_id(const std::string& id);

/// "<digest>.<format>", the name of a base in the cache.
/// @throws Error{invalid} when the digest or the format is not one that may become a path
std::string base_name(const BaseImage& image);

/// The digest and the format in the name of a base; nullopt when it is no such name.
std::optional<BaseImage> base_named(const std::string& name);

/// Bytes rounded up to whole sectors of 512, the unit of QEMU's disks.
/// @throws Error{invalid} when it is negative or absurdly large
std::int64_t whole_sectors(std::int64_t bytes);

/// The size of a new root disk.  @throws Error{invalid}
std::int64_t root_disk_bytes(const BaseImage& base, std::int64_t wanted);

/// Who owns the files that QEMU opens.
struct Owner {
  uid_t uid = static_cast<uid_t>(-1);  ///< -1: leave as it is
  gid_t gid = static_cast<gid_t>(-1);
};
/// The ids of a user; "leave as it is" when there is no such user.
Owner owner_named(const std::string& user);

/// Gives a finished file its owner and mode, syncs it, renames it and syncs the directory.
/// @throws Error{unavailable}
void publish_file(const std::string& from, const std::string& to, Owner owner, mode_t mode);

/// True when a regular file is there; links are not followed.
bool is_file(const std::string& path);

/// Sorted names in a directory; empty when it is missing.  @throws Error{unavailable}
std::vector<std::string> names_in(const std::string& directory);

/// Removes a directory with all that is in it, without following links; absence is success.
/// @throws Error{unavailable}
void remove_tree(const std::string& path);

}  // namespace virga::storage
