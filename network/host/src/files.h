// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace virga::network {

/// Makes the file have this content, mode and group by renaming a new one over it, unless it has
/// the content. Not synced: everything here is made again from the plan after a power failure.
/// @throws Error{unavailable}
void replace_file(const std::string& path, std::string_view content, mode_t mode, gid_t group);

/// A folder of root's with this mode and group.  @throws Error{unavailable}
void ensure_folder(const std::string& path, mode_t mode, gid_t group);

}  // namespace virga::network
