// SPDX-License-Identifier: Apache-2.0
// Console logs: <id>.log, and rotated ones <id>.log.0 (the newest of them), <id>.log.1 and so on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace virga::storage {

/// The last `max_bytes` of a log and the rotated logs before it; empty when there is none.
/// @throws Error{unavailable}
std::string read_console_tail(const std::string& log, std::size_t max_bytes);

/// Removes a log and its rotated siblings; absence is success.  @throws Error{unavailable}
void remove_console(const std::string& directory, const std::string& instance_id);

/// Ids of the instances that have a log, rotated or not.
std::vector<std::string> console_ids(const std::string& directory);

}  // namespace virga::storage
