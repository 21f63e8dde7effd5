// SPDX-License-Identifier: Apache-2.0
// Bodies and queries, read as Nova's schemas read them. All readers throw Error{invalid}.
#pragma once

#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "common/json.h"

namespace virga::compute {

constexpr std::int64_t kMaxInt = std::numeric_limits<std::int32_t>::max();

/// True when the request is of microversion 2.`minor` or a later one.
inline bool at_least(const http::Request& request, int minor) {
  return request.version >= http::ApiVersion{2, minor};
}

/// Refuses a member in the words of a schema check.
[[noreturn]] void refuse_field(std::string_view key, const json::value& value,
                               const std::string& why);

/// What a text must be. Lengths are in characters.
struct TextRule {
  enum class Form {
    any,
    name,       ///< printable, without white space at its ends
    printable,  ///< no control characters
  };
  std::size_t least = 0;
  std::size_t most = std::numeric_limits<std::size_t>::max();
  Form form = Form::any;
};
constexpr TextRule kName{1, 255, TextRule::Form::name};

/// Checks a value that must be a text.
std::string read_text(std::string_view key, const json::value& value, const TextRule& rule);
/// A member that must be there.
std::string text_of(const Fields& in, std::string_view key, const TextRule& rule = {});
/// A member that may be missing, but not null.
std::optional<std::string> optional_text(const Fields& in, std::string_view key,
                                         const TextRule& rule = {});

/// A whole number, which may stand in a string; `least` below 0 allows a sign there.
std::int64_t read_integer(std::string_view key, const json::value& value, std::int64_t least,
                          std::int64_t most = kMaxInt);
std::int64_t integer_of(const Fields& in, std::string_view key, std::int64_t least);
std::int64_t integer_or(const Fields& in, std::string_view key, std::int64_t least,
                        std::int64_t fallback);

/// true, false or one of the words that stand for them.
bool boolean_or(const Fields& in, std::string_view key, bool fallback);
/// "yes", "off", ... in any case; nullopt for other words.
std::optional<bool> boolean_word(std::string_view text);

/// True for a key of metadata or extra specs: 1 to 255 of letters, digits and "-_:. ".
bool is_metadata_key(std::string_view key);

/// From microversion 2.75 on a query must not have other parameters than these.
void require_parameters(const http::Request& request,
                        std::initializer_list<std::string_view> known);

/// limit and marker of a list; limit 0 is an empty page.
struct Page {
  std::int64_t limit = 0;
  std::string marker;
};
Page read_page(const http::Request& request);
/// True when a page of `count` items is full, so that there may be another one.
bool is_full(const Page& page, std::size_t count);

/// A number as JSON has it, with a fraction: "1.0".
std::string decimal(double number);

}  // namespace virga::compute
