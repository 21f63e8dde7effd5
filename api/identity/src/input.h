// SPDX-License-Identifier: Apache-2.0
// Bodies of Identity requests, checked with Keystone's limits and words.
#pragma once

#include <boost/json/object.hpp>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "common/json.h"

namespace virga::identity {

/// What a text must be. Lengths are in characters.
struct TextRule {
  enum class Form {
    any,
    visible,  ///< not only white space
    id,       ///< letters, digits and '-'
  };
  std::size_t least = 0;
  std::size_t most = std::numeric_limits<std::size_t>::max();
  Form form = Form::any;
  bool nullable = false;
};

constexpr TextRule kName{1, 255, TextRule::Form::visible};
constexpr TextRule kShortName{1, 64, TextRule::Form::visible};  // of projects and domains
constexpr TextRule kId{1, 64, TextRule::Form::id};
constexpr TextRule kNullableId{1, 64, TextRule::Form::id, true};
constexpr TextRule kText{};
constexpr TextRule kNullableText{.nullable = true};

/// The resource of a request's body: {"user": {...}}. Members that nobody asks for are allowed, as
/// Keystone allows them. All readers throw Error{invalid}.
class Input {
 public:
  /// A body without the member `key` is an empty resource. With `normalize`, '-' and ':' in the
  /// names of members become '_', as in Keystone's create calls.
  Input(const http::Request& request, std::string_view key, bool normalize = false);

  const json::object& members() const { return members_; }
  bool has(std::string_view key) const { return members_.contains(key); }
  /// A change must name something.
  void require_any() const;
  /// The member must be there.
  const json::value& require(std::string_view key) const;
  /// An "id" in the body must be that of the path.
  void require_id(const std::string& id) const;

  std::string text(std::string_view key, const TextRule& rule) const;
  /// nullopt when absent, "" when null.
  std::optional<std::string> optional_text(std::string_view key, const TextRule& rule) const;
  /// text() without the white space around it.
  std::string name(std::string_view key, const TextRule& rule = kName) const;
  std::optional<std::string> optional_name(std::string_view key,
                                           const TextRule& rule = kName) const;
  std::optional<bool> flag(std::string_view key) const;
  /// "options": each named flag is true, false or null; nothing else may be there but `others`.
  const json::object* options(std::initializer_list<std::string_view> flags,
                              std::initializer_list<std::string_view> others = {}) const;

  /// Refuses a member's value: "Invalid input for field 'name': <value> <why>".
  [[noreturn]] static void refuse(std::string_view field, const json::value& value,
                                  std::string_view why);
  /// Checks one text, for instance of a list.
  static std::string checked(std::string_view field, const json::value& value,
                             const TextRule& rule);

 private:
  json::object members_;
};

/// The domain of what a body makes: named by it, else the caller's own when his token is of a
/// domain, else the default one.
std::string domain_for(const http::Request& request, const Input& in, const TextRule& rule = kId);

/// The text without white space at both ends.
std::string stripped(std::string_view text);

}  // namespace virga::identity
