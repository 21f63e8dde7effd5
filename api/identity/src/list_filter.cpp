// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/list_filter.h"

#include <algorithm>
#include <array>

namespace virga::identity {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

bool means_true(std::string_view word) {
  constexpr std::array<std::string_view, 6> kFalse{"0", "f", "false", "off", "n", "no"};
  return std::find(kFalse.begin(), kFalse.end(), lower(word)) == kFalse.end();
}

bool asks_for(const http::Request& request, std::string_view parameter) {
  const auto value = request.parameter(parameter);
  return value && *value != "0";
}

ListFilter::ListFilter(const http::Request& request,
                       std::initializer_list<std::string_view> attributes) {
  for (const auto& [key, value] : request.query) {
    const std::size_t split = key.find("__");
    const std::string_view attribute = std::string_view(key).substr(0, split);
    if (std::find(attributes.begin(), attributes.end(), attribute) == attributes.end()) continue;
    std::string_view comparator;
    if (split != std::string::npos) comparator = std::string_view(key).substr(split + 2);
    const bool ignore_case = comparator.starts_with('i');
    if (ignore_case) comparator.remove_prefix(1);
    conditions_.push_back({std::string(attribute), std::string(comparator), ignore_case, value});
  }
}

std::string ListFilter::exact(std::string_view attribute) const {
  for (const Condition& c : conditions_)
    if (c.attribute == attribute && c.comparator.empty()) return c.value;
  return {};
}

bool ListFilter::has(std::string_view attribute) const {
  return std::any_of(conditions_.begin(), conditions_.end(),
                     [&](const Condition& c) { return c.attribute == attribute; });
}

bool ListFilter::accepts(const Condition& condition, std::string_view value) {
  const std::string own = condition.ignore_case ? lower(value) : std::string(value);
  const std::string wanted = condition.ignore_case ? lower(condition.value) : condition.value;
  if (condition.comparator.empty()) return own == wanted;
  if (condition.comparator == "contains") return own.find(wanted) != std::string::npos;
  if (condition.comparator == "startswith") return own.starts_with(wanted);
  if (condition.comparator == "endswith") return own.ends_with(wanted);
  return true;  // comparators that nobody knows do not filter
}

bool ListFilter::accepts_text(std::string_view attribute, std::string_view value) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& c) {
    return c.attribute != attribute || accepts(c, value);
  });
}

bool ListFilter::accepts_flag(std::string_view attribute, bool value) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& c) {
    return c.attribute != attribute || !c.comparator.empty() || means_true(c.value) == value;
  });
}

}  // namespace virga::identity
