// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/image_filters.h"

#include <algorithm>
#include <charconv>
#include <compare>

#include "common/error.h"
#include "common/iso_time.h"
#include "db/store/image_lists.h"

namespace virga::image {
namespace {

using Kind = ImageFilter::Kind;

constexpr std::int64_t kMostPage = 1000;
constexpr std::string_view kSortKeys[] = {"name", "status", "container_format", "disk_format",
                                          "size", "id",     "created_at",       "updated_at"};
constexpr std::string_view kListable[] = {"name", "id", "status", "container_format",
                                          "disk_format"};
constexpr std::string_view kColumns[] = {"owner",         "checksum",  "os_hash_algo",
                                         "os_hash_value", "protected", "size",
                                         "virtual_size",  "min_disk",  "min_ram"};
constexpr std::string_view kNotFilters[] = {"visibility", "member_status", "marker",   "limit",
                                            "os_hidden",  "sort",          "sort_key", "sort_dir"};

template <std::size_t N>
bool contains(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

[[noreturn]] void invalid(const std::string& message) {
  throw Error(ErrorKind::invalid, message);
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.front() == ' ') text.erase(0, 1);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "in:a,b" -> in, "a,b". A text without an operator is equal to itself.
std::pair<std::string, std::string> split_operator(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {"eq", text};
  const std::string op = text.substr(0, colon);
  for (const char* known : {"eq", "neq", "in", "gt", "gte", "lt", "lte"})
    if (op == known) return {op, text.substr(colon + 1)};
  return {"eq", text};
}

ImageFilter time_filter(const std::string& key, const std::string& text) {
  const auto [op, iso] = split_operator(text);
  const auto time = parse_iso_time(iso);
  if (!time) invalid("Bad \"" + key + "\" query filter format. Use ISO 8601 DateTime notation.");
  const Kind kind = op == "gt"    ? Kind::more
                    : op == "gte" ? Kind::at_least
                    : op == "lt"  ? Kind::less
                    : op == "lte" ? Kind::at_most
                    : op == "neq" ? Kind::differs
                                  : Kind::equals;
  if (op == "in") invalid("Unable to filter by unknown operator 'in'.");
  return {kind, key, {}, *time};
}

ImageFilter listable_filter(const std::string& key, const std::string& text) {
  const auto [op, rest] = split_operator(text);
  if (op == "in") return {Kind::one_of, key, split_words(rest), 0};
  if (op == "eq") return {Kind::equals, key, {rest}, 0};
  invalid("Unable to filter by unknown operator '" + op + "'.");
}

ImageFilter filter_of(const std::string& key, const std::string& text) {
  if (key == "tag") return {Kind::tag, key, {trimmed(text)}, 0};
  if (key == "created_at" || key == "updated_at") return time_filter(key, text);
  if (contains(kListable, key)) return listable_filter(key, text);
  if (key.ends_with("_min") || key.ends_with("_max")) {
    const std::string column = key.substr(0, key.size() - 4);
    const auto bound = number_of(text);
    if (!bound) invalid("Unable to filter on a range with a non-numeric value.");
    if (column != "size" && column != "virtual_size" && column != "min_disk" && column != "min_ram")
      invalid("Unable to filter using the specified range.");
    return {key.ends_with("_min") ? Kind::at_least : Kind::at_most, column, {}, *bound};
  }
  if (contains(kColumns, key)) return {Kind::equals, key, {text}, 0};
  return {Kind::property, key, {text}, 0};
}

SortKey sort_key_of(const std::string& key, const std::string& direction) {
  if (!contains(kSortKeys, key)) {
    std::string all;
    for (const auto known : kSortKeys) all += (all.empty() ? "" : ", ") + std::string(known);
    invalid("Invalid sort key: " + key + ". It must be one of the following: " + all + ".");
  }
  if (direction != "asc" && direction != "desc") invalid("Invalid sort direction: " + direction);
  return {key, direction == "asc"};
}

/// sort=name:asc,size
std::vector<SortKey> new_sort(const http::Request& request, const std::string& text) {
  if (request.parameter("sort_key") || request.parameter("sort_dir"))
    invalid("Old and new sorting syntax cannot be combined");
  std::vector<SortKey> sort;
  std::string rest = text;
  for (;;) {
    const std::size_t comma = rest.find(',');
    const std::string item = rest.substr(0, comma);
    const std::size_t colon = item.find(':');
    const std::string direction = colon == std::string::npos ? "" : item.substr(colon + 1);
    sort.push_back(sort_key_of(trimmed(item.substr(0, colon)),
                               direction.empty() ? "desc" : trimmed(direction)));
    if (comma == std::string::npos) return sort;
    rest.erase(0, comma + 1);
  }
}

/// sort_key=name&sort_dir=asc&sort_key=size&sort_dir=desc
std::vector<SortKey> classic_sort(const http::Request& request) {
  std::vector<std::string> keys;
  std::vector<std::string> directions;
  for (const auto& [name, value] : request.query) {
    if (name == "sort_key") keys.push_back(trimmed(value));
    if (name == "sort_dir") directions.push_back(trimmed(value));
  }
  if (directions.size() > 1 && directions.size() != keys.size())
    invalid("Number of sort dirs does not match the number of sort keys");
  if (keys.empty()) keys.emplace_back("created_at");
  std::vector<SortKey> sort;
  for (std::size_t i = 0; i < keys.size(); ++i)
    sort.push_back(sort_key_of(keys[i], directions.empty()       ? "desc"
                                        : directions.size() == 1 ? directions[0]
                                                                 : directions[i]));
  return sort;
}

bool boolean_of(const http::Request& request, const std::string& key, bool lower) {
  std::string text = request.parameter(key).value_or("false");
  if (lower)
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (text != "true" && text != "false")
    invalid("Invalid value '" + text + "' for '" + key +
            "' filter. Valid values are 'true' or 'false'.");
  return text == "true";
}

void read_words(const http::Request& request, ImageQuery& query) {
  query.visibility = request.parameter("visibility").value_or("");
  if (!query.visibility.empty() && query.visibility != "all" && query.visibility != "community" &&
      query.visibility != "public" && query.visibility != "private" && query.visibility != "shared")
    invalid("Invalid visibility value: " + query.visibility);
  query.member_status = request.parameter("member_status").value_or("accepted");
  if (query.member_status != "pending" && query.member_status != "accepted" &&
      query.member_status != "rejected" && query.member_status != "all")
    invalid("Invalid status: " + query.member_status);
  if (const auto since = request.parameter("changes-since"); since && !since->empty())
    invalid("The \"changes-since\" filter is no longer available on v2.");
  query.hidden = boolean_of(request, "os_hidden", true);
  if (request.parameter("protected")) (void)boolean_of(request, "protected", false);
  query.marker = request.parameter("marker").value_or("");
  if (const auto text = request.parameter("limit")) {
    const auto limit = number_of(*text);
    if (!limit) invalid("limit param must be an integer");
    if (*limit < 0) invalid("limit param must be positive");
    query.limit = std::min(*limit, kMostPage);
  }
}

std::string text_column(const model::Image& i, const std::string& key) {
  if (key == "name") return i.name;
  if (key == "id") return i.id;
  if (key == "status") return name_of(i.status);
  if (key == "container_format") return i.container_format;
  if (key == "disk_format") return i.disk_format;
  if (key == "owner") return i.owner;
  if (key == "checksum") return i.checksum;
  if (key == "os_hash_algo") return i.hash_algorithm;
  if (key == "os_hash_value") return i.hash_value;
  if (key == "protected") return i.is_protected ? "true" : "false";
  return {};
}

std::optional<std::int64_t> number_column(const model::Image& i, const std::string& key) {
  if (key == "size") return i.size;
  if (key == "virtual_size") return i.virtual_size;
  if (key == "min_disk") return i.min_disk_gib;
  if (key == "min_ram") return i.min_memory_mib;
  if (key == "created_at") return i.created_us;
  if (key == "updated_at") return i.updated_us;
  return std::nullopt;
}

bool holds(const ImageFilter& f, const model::Image& image) {
  const auto number = number_column(image, f.key);
  if (number && f.words.empty()) {
    // Times are shown, and asked for, in whole seconds.
    const bool time = f.key.ends_with("_at");
    const std::int64_t value = time ? *number / kSecondUs * kSecondUs : *number;
    switch (f.kind) {
      case Kind::at_least:
        return value >= f.number;
      case Kind::at_most:
        return value <= f.number;
      case Kind::less:
        return value < f.number;
      case Kind::more:
        return value > f.number;
      case Kind::differs:
        return value != f.number;
      default:
        return value == f.number;
    }
  }
  if (number) return number_of(f.words.front()) == number;
  const std::string text = text_column(image, f.key);
  return std::find(f.words.begin(), f.words.end(), text) != f.words.end();
}

std::strong_ordering compare(const std::string& key, const model::Image& a, const model::Image& b) {
  if (const auto number = number_column(a, key)) return *number <=> *number_column(b, key);
  return text_column(a, key) <=> text_column(b, key);
}

}  // namespace

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted && c == '\\' && i + 1 < text.size()) {
      words.back() += text[++i];
    } else if (c == ',' && !quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (quoted) invalid("Invalid filter value " + text + ". The quote is not closed.");
  return words;
}

bool ImageQuery::newest_first() const {
  return sort.size() == 1 && sort.front().key == "created_at" && !sort.front().ascending;
}

ImageQuery parse_image_query(const http::Request& request) {
  ImageQuery query;
  read_words(request, query);
  for (const auto& [key, value] : request.query)
    if (!contains(kNotFilters, key)) query.filters.push_back(filter_of(key, value));
  for (const auto& filter : query.filters)
    if (filter.key == "name" && filter.kind == Kind::equals) query.name = filter.words.front();
  const auto sort = request.parameter("sort");
  query.sort = sort ? new_sort(request, *sort) : classic_sort(request);
  return query;
}

bool matches(store::ReadTx& tx, const ImageQuery& query, const model::Image& image) {
  if (image.is_hidden != query.hidden) return false;
  if (!query.visibility.empty() && query.visibility != "all" &&
      query.visibility != name_of(image.visibility))
    return false;
  bool killed = false;
  for (const auto& filter : query.filters) {
    killed = killed || filter.key == "status";
    if (filter.kind != Kind::tag && filter.kind != Kind::property && !holds(filter, image))
      return false;
  }
  // Refused images are listed only when they are asked for.
  if (image.status == model::ImageStatus::killed && !killed) return false;
  return std::all_of(query.filters.begin(), query.filters.end(), [&](const ImageFilter& f) {
    if (f.kind == Kind::tag) return store::images::has_tag(tx, image.id, f.words.front());
    if (f.kind == Kind::property)
      return store::images::has_property(tx, image.id, f.key, f.words.front());
    return true;
  });
}

bool sorts_before(const ImageQuery& query, const model::Image& a, const model::Image& b) {
  bool ascending = false;
  for (const auto& [key, up] : query.sort) {
    const auto order = compare(key, a, b);
    if (order != 0) return up ? order < 0 : order > 0;
    ascending = up;
  }
  for (const char* key : {"created_at", "id"}) {
    const auto order = compare(key, a, b);
    if (order != 0) return ascending && query.sort.size() == 1 ? order < 0 : order > 0;
  }
  return false;
}

}  // namespace virga::image
