// SPDX-License-Identifier: Apache-2.0
// Forms of values of extra specs. By hand: the usual patterns for them take a time that grows
// exponentially with the text. Pure.
#pragma once

#include <algorithm>
#include <string_view>

namespace virga::compute {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
constexpr bool is_upper(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}
inline bool are_all(std::string_view text, bool (*is)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is);
}

/// "^4", "0-3,^2,5": numbers, ranges and exclusions.
bool is_cpu_set(std::string_view text);
/// "large", "any", "2MB", "1048576".
bool is_page_size(std::string_view text);
/// Words, each with at most one comma behind it.
bool is_pmem_list(std::string_view text);
/// "name:1,other:2".
bool is_alias_list(std::string_view text);

}  // namespace virga::compute
