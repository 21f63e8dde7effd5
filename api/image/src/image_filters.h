// SPDX-License-Identifier: Apache-2.0
// What a list of images is asked for: filters, order, page.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "db/model/image.h"
#include "db/store/database.h"

namespace virga::image {

/// One condition; all must hold.
struct ImageFilter {
  enum class Kind { equals, one_of, at_least, at_most, less, more, differs, tag, property };
  Kind kind = Kind::equals;
  std::string key;
  std::vector<std::string> words;
  std::int64_t number = 0;  ///< size or time
};

struct SortKey {
  std::string key;
  bool ascending = false;
};

/// What the query of GET /v2/images asks for.
struct ImageQuery {
  std::vector<ImageFilter> filters;
  std::vector<SortKey> sort;  ///< at least one
  std::string visibility;     ///< empty: as usual; "all"; one of the four
  std::string member_status = "accepted";
  std::string name;  ///< of an exact filter by name, which has an index
  std::string marker;
  std::int64_t limit = 25;
  bool hidden = false;

  /// True when the order is that of the index: newest first.
  bool newest_first() const;
};

/// @throws Error{invalid} in the service's words
ImageQuery parse_image_query(const http::Request& request);

/// True when the image is what the filters ask for. Tags and properties are looked up.
bool matches(store::ReadTx& tx, const ImageQuery& query, const model::Image& image);

/// Less than, in the order of the query; ends with creation time and id.
bool sorts_before(const ImageQuery& query, const model::Image& a, const model::Image& b);

/// Words of "in:" lists: separated by commas, in double quotes when they have some themselves.
/// @throws Error{invalid}
std::vector<std::string> split_words(const std::string& text);

}  // namespace virga::image
