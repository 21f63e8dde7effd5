// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/extra_spec_forms.h"

namespace virga::compute {
namespace {

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}
bool take_number(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto size = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(size);
  return size > 0;
}

/// What stands between two colons of a list of aliases: "1, next".
bool is_between_aliases(std::string_view text) {
  if (!take_number(text)) return false;
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return take(text, ',') && !text.empty();
}

}  // namespace

bool is_cpu_set(std::string_view text) {
  take(text, '^');
  if (!take_number(text)) return false;
  while (!text.empty()) {
    if (take(text, ','))
      take(text, '^');
    else if (!take(text, '-'))
      return false;
    if (!take_number(text)) return false;
  }
  return true;
}

bool is_page_size(std::string_view text) {
  if (text == "large" || text == "small" || text == "any") return true;
  if (!take_number(text)) return false;
  if (!text.empty() && std::string_view("kKMGT").find(text.front()) != std::string_view::npos) {
    text.remove_prefix(1);
    take(text, 'i');
  }
  return text.empty() || text == "b" || text == "bit" || text == "B";
}

bool is_pmem_list(std::string_view text) {
  return !text.empty() && is_word(text.front()) && text.find(",,") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == ','; });
}

bool is_alias_list(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  text.remove_prefix(colon + 1);
  while ((colon = text.find(':')) != std::string_view::npos) {
    if (!is_between_aliases(text.substr(0, colon))) return false;
    text.remove_prefix(colon + 1);
  }
  return are_all(text, is_digit);
}

}  // namespace virga::compute
