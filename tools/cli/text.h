// SPDX-License-Identifier: Apache-2.0
// Text as terminals show it.
#pragma once

#include <string>
#include <string_view>

namespace virga::cli {

/// A text from the cloud made safe for a terminal: control characters, and the C1 ones of UTF-8,
/// become '?', so that a name gives no orders. Broken UTF-8 becomes '?' as well.
std::string printable(std::string_view text);

/// Columns that a printable text takes.
std::size_t width_of(std::string_view text);

/// The text in at most `most` columns, ended with "…" when something was cut.
std::string shortened(std::string_view text, std::size_t most);

/// The text and spaces up to `width` columns.
std::string padded(std::string_view text, std::size_t width);

}  // namespace virga::cli
