// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/text.h"

#include <wchar.h>

#include <cstdint>

namespace virga::cli {
namespace {

struct Character {
  char32_t code = 0xFFFD;
  std::size_t bytes = 1;
  bool is_whole = false;
};

/// The first character of a text that is not empty.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char head = byte(0);
  if (head < 0x80) return {head, 1, true};
  const std::size_t length = head >= 0xF0 ? 4 : head >= 0xE0 ? 3 : 2;
  if (head < 0xC2 || head > 0xF4 || text.size() < length) return {};
  char32_t code = head & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  return {code, length, true};
}

bool is_order(char32_t code) {
  const bool is_bidi = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || is_bidi;
}

std::size_t columns_of(char32_t code) {
  const int columns = ::wcwidth(static_cast<wchar_t>(code));
  return columns < 0 ? 1 : static_cast<std::size_t>(columns);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character c = first_of(text);
    if (!c.is_whole || is_order(c.code))
      out += c.code == '\n' || c.code == '\t' ? ' ' : '?';
    else
      out += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character c = first_of(text);
    width += columns_of(c.code);
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (width_of(text) <= most) return std::string(text);
  if (most == 0) return {};
  std::string out;
  std::size_t width = 1;  // of the ellipsis
  while (!text.empty()) {
    const Character c = first_of(text);
    if (width + columns_of(c.code) > most) break;
    width += columns_of(c.code);
    out += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return out + "…";
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t has = width_of(text);
  if (has < width) out.append(width - has, ' ');
  return out;
}

}  // namespace virga::cli
