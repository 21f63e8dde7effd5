// SPDX-License-Identifier: Apache-2.0
#include "api/http/paging.h"

#include <algorithm>
#include <charconv>

#include "common/error.h"

namespace virga::http {
namespace {

constexpr std::size_t kMostKeys = 16;  // of one order

[[noreturn]] void refuse(const Sentence& sentence, const char* what, std::string_view value) {
  const std::string_view shown = value.substr(0, 255);
  throw Error(ErrorKind::invalid, sentence
                                      ? sentence(shown)
                                      : "Invalid input for query parameters " + std::string(what) +
                                            ". Value: " + std::string(shown) + ".");
}

std::int64_t read_limit(const std::string& text, const PagingRules& rules) {
  std::int64_t limit = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool whole = end == text.data() + text.size() && !text.empty();
  if (failure == std::errc::result_out_of_range && whole && text.front() != '-') return rules.most;
  if (failure != std::errc{} || !whole || limit < 0) refuse(rules.bad_limit, "limit", text);
  if (limit == 0 && rules.zero_means_usual) return rules.usual;
  return std::min(limit, rules.most);
}

bool is_descending(std::string_view direction, const PagingRules& rules) {
  if (direction == "asc") return false;
  if (direction != "desc") refuse(rules.bad_sort_direction, "sort_dir", direction);
  return true;
}

void add_key(std::vector<SortBy>& order, std::string_view key, bool descending,
             const PagingRules& rules) {
  const auto& known = rules.sort_keys;
  if (order.size() == kMostKeys || std::find(known.begin(), known.end(), key) == known.end())
    refuse(rules.bad_sort_key, "sort_key", key);
  order.push_back({std::string(key), descending});
}

/// "name:asc,size": a key without a direction has the usual one.
void add_short(std::vector<SortBy>& order, std::string_view text, const PagingRules& rules) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t colon = part.find(':');
    const bool given = colon != std::string_view::npos;
    add_key(order, part.substr(0, colon),
            given ? is_descending(part.substr(colon + 1), rules) : rules.order.descending, rules);
  }
}

void add_pairs(std::vector<SortBy>& order, const std::vector<std::string>& keys,
               const std::vector<std::string>& directions, const PagingRules& rules) {
  const bool counts_fit = directions.empty() || directions.size() == keys.size() ||
                          (directions.size() == 1 && !keys.empty());
  if (rules.strict_directions && !counts_fit)
    refuse(rules.bad_sort_direction, "sort_dir", directions.back());
  const bool usual =
      directions.empty() ? rules.order.descending : is_descending(directions.front(), rules);
  for (std::size_t i = 0; i < keys.size(); ++i)
    add_key(order, keys[i], i < directions.size() ? is_descending(directions[i], rules) : usual,
            rules);
  if (keys.empty() && !directions.empty()) order.push_back({rules.order.key, usual});
}

}  // namespace

bool Paging::shows(std::string_view field) const {
  return fields.empty() || std::find(fields.begin(), fields.end(), field) != fields.end();
}

Paging read_paging(const Request& request, const PagingRules& rules) {
  Paging paging;
  paging.limit = rules.usual;
  std::vector<std::string> keys;
  std::vector<std::string> directions;
  for (const auto& [name, value] : request.query) {
    if (name == "limit") {
      paging.limit = read_limit(value, rules);
      paging.limited = true;
    } else if (name == "marker") {
      paging.marker = value;
    } else if (name == "sort_key") {
      keys.push_back(value);
    } else if (name == "sort_dir") {
      directions.push_back(value);
    } else if (name == "sort" && rules.short_sort) {
      add_short(paging.order, value, rules);
    } else if (name == "fields" && !value.empty()) {
      paging.fields.push_back(value);
    }
  }
  add_pairs(paging.order, keys, directions, rules);
  if (paging.order.empty()) paging.order.push_back(rules.order);
  return paging;
}

std::string page_link(const Request& request, std::string_view address, std::string_view marker,
                      bool backwards) {
  std::string link(address);
  char before = '?';
  const auto add = [&](std::string_view key, std::string_view value) {
    link += before;
    link += url_encoded(key) + "=" + url_encoded(value);
    before = '&';
  };
  for (const auto& [key, value] : request.query)
    if (key != "marker" && key != "page_reverse") add(key, value);
  if (!marker.empty()) add("marker", marker);
  if (backwards) add("page_reverse", "True");
  return link;
}

std::string url_encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

}  // namespace virga::http
