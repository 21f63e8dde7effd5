// SPDX-License-Identifier: Apache-2.0
// Lists by pages: limit, marker, order, fields, and the links to other pages. Pure. What differs
// between the services (limits, names, sentences) is in the rules that each gives.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace virga::http {

struct SortBy {
  std::string key;  ///< as the API calls it; one of PagingRules::sort_keys
  bool descending = false;
  bool operator==(const SortBy&) const = default;
};

/// The sentence of a refusal, from the value that was refused.
using Sentence = std::function<std::string(std::string_view value)>;

struct PagingRules {
  std::int64_t most = 1000;                 ///< items of a page; a greater limit means this one
  std::int64_t usual = 1000;                ///< without a limit
  bool zero_means_usual = false;            ///< limit=0: else an empty page
  std::vector<std::string_view> sort_keys;  ///< that are allowed
  SortBy order;                             ///< without a wish
  /// "sort=name:asc,size:desc" is understood beside sort_key and sort_dir.
  bool short_sort = false;
  /// Directions must be as many as keys, or one for all; else the first one stands for missing
  /// ones.
  bool strict_directions = false;
  Sentence bad_limit;
  Sentence bad_sort_key;
  Sentence bad_sort_direction;
};

/// What a client wants to see of a list.
struct Paging {
  std::int64_t limit = 0;
  bool limited = false;             ///< the client gave a limit
  std::string marker;               ///< the last item of the page before; empty: from the start
  std::vector<SortBy> order;        ///< at least one
  std::vector<std::string> fields;  ///< empty: all

  /// True when an item's member is to be shown.
  bool shows(std::string_view field) const;
};

/// Reads limit, marker, sort_key, sort_dir, sort and fields.
/// @throws Error{invalid} in the words of the rules
Paging read_paging(const Request& request, const PagingRules& rules);

/// The request's own query with another marker, behind `address`: the link to another page.
/// @param address "http://cloud/compute/v2.1/servers", or a path where links are relative
/// @param backwards adds page_reverse=True, as the Network API's "previous" has it
std::string page_link(const Request& request, std::string_view address, std::string_view marker,
                      bool backwards = false);

/// A text as part of a query: everything but letters, digits and -._~ as %XX.
std::string url_encoded(std::string_view text);

}  // namespace virga::http
