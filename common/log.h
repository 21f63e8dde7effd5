// SPDX-License-Identifier: Apache-2.0
// Structured log lines. Values are escaped, so that text from outside cannot forge a line.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace virga::log {

/// One `key=value` of a line. Never pass a secret.
using Field = std::pair<std::string_view, std::string>;
using Fields = std::initializer_list<Field>;

enum class Level { debug, info, warning, error };

/// Sends lines to standard error, or appends them to `file` when it is not empty.
/// @throws Error{unavailable} when the file cannot be opened
void open(const std::string& file, Level least);

/// False when lines of this level are dropped: for callers whose fields are costly.
bool enabled(Level level) noexcept;

void write(Level level, std::string_view message, Fields fields);

inline void debug(std::string_view m, Fields f = {}) {
  write(Level::debug, m, f);
}
inline void info(std::string_view m, Fields f = {}) {
  write(Level::info, m, f);
}
inline void warning(std::string_view m, Fields f = {}) {
  write(Level::warning, m, f);
}
inline void error(std::string_view m, Fields f = {}) {
  write(Level::error, m, f);
}

/// The level called "debug", "info", "warning" or "error".  @throws Error{invalid}
Level level_named(std::string_view name);

/// "\n" and other control characters as \xNN, quotes added when the value has a blank; at most
/// 512 characters are kept. Public for its test.
std::string escaped(std::string_view value);

}  // namespace virga::log
