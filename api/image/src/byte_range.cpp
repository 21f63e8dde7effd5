// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/byte_range.h"

#include <algorithm>
#include <charconv>

namespace virga::image {
namespace {

std::optional<std::int64_t> number_of(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::optional<ByteRange> parse_byte_range(std::string_view header, std::int64_t size) noexcept {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit) || size <= 0) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view from = header.substr(0, dash);
  const std::string_view to = header.substr(dash + 1);
  if (from.empty()) {
    const auto count = number_of(to);
    if (!count || *count == 0) return std::nullopt;
    return ByteRange{std::max<std::int64_t>(0, size - *count), size - 1};
  }
  const auto first = number_of(from);
  if (!first || *first >= size) return std::nullopt;
  if (to.empty()) return ByteRange{*first, size - 1};
  const auto last = number_of(to);
  if (!last || *last < *first) return std::nullopt;
  return ByteRange{*first, std::min(*last, size - 1)};
}

}  // namespace virga::image
