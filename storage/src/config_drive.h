// SPDX-License-Identifier: Apache-2.0
// Config drives: generated files on an ISO 9660 image that guests read at boot.
#pragma once

#include <map>
#include <string>

#include "storage/src/disk_files.h"

namespace virga::storage {

/// Makes `<directory>/config.iso` with these files unless it has them already. The directory
/// exists.
/// @throws Error{invalid, too_large, unavailable}
void make_config_drive(const std::string& directory,
                       const std::map<std::string, std::string>& files, Owner owner);

/// Refuses what cannot be a config drive: no files, more than 16 MiB, paths that are not relative,
/// leave the drive or have odd parts.  @throws Error{invalid, too_large}
void check_drive_files(const std::map<std::string, std::string>& files);

}  // namespace virga::storage
