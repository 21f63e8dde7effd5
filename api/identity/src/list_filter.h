// SPDX-License-Identifier: Apache-2.0
// Filters of lists: "name=web", "name__icontains=we", "enabled=0".
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace virga::identity {

/// The filters of a request for attributes that its list supports; others are ignored, as Keystone
/// does. Texts are compared exactly, or with the comparators contains, startswith, endswith and
/// their case-insensitive forms icontains, istartswith, iendswith.
class ListFilter {
 public:
  ListFilter(const http::Request& request, std::initializer_list<std::string_view> attributes);

  /// The text that the attribute must equal, or "": what a query can use an index for.
  std::string exact(std::string_view attribute) const;
  bool empty() const { return conditions_.empty(); }
  bool has(std::string_view attribute) const;
  /// True when all filters of the attribute accept the value.
  bool accepts_text(std::string_view attribute, std::string_view value) const;
  /// The same for flags: "0", "false", "no" ... mean false, everything else true.
  bool accepts_flag(std::string_view attribute, bool value) const;

 private:
  struct Condition {
    std::string attribute;
    std::string comparator;  // empty: equal
    bool ignore_case = false;
    std::string value;
  };
  static bool accepts(const Condition& condition, std::string_view value);

  std::vector<Condition> conditions_;
};

/// True when the parameter is in the query and is not "0".
bool asks_for(const http::Request& request, std::string_view parameter);

/// "0", "f", "false", "off", "n" and "no" (in any case) mean false, everything else true.
bool means_true(std::string_view word);

}  // namespace virga::identity
