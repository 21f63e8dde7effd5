// SPDX-License-Identifier: Apache-2.0
// Writing JSON straight into a buffer, for answers that are long or often asked for. Where neither
// matters, build a json::object.
#pragma once

#include <cassert>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

namespace virga {

/// Writes one JSON value piece by piece; commas and colons come by themselves. Nothing but the
/// buffer is allocated. Texts must be UTF-8 (what the database holds is); quotes, backslashes and
/// control characters are escaped. A sequence of calls that makes no JSON fails an assertion.
///
///     JsonWriter out;
///     out.begin_object();
///     out.member("name", user.name);
///     out.key("tags");
///     out.begin_array(); ... out.end_array();
///     out.end_object();
///     response.body = out.take();
class JsonWriter {
 public:
  /// Writes behind what `buffer` holds, whose memory is used. `expected` bytes are made ready.
  explicit JsonWriter(std::size_t expected = 1024, std::string buffer = {});

  void begin_object() { begin('{', true); }
  void end_object() { end('}', true); }
  void begin_array() { begin('[', false); }
  void end_array() { end(']', false); }

  /// The name of the next member; only in an object.
  void key(std::string_view name);
  /// A literal, in which nothing must be escaped.
  template <std::size_t N>
  void key(const char (&name)[N]) {
    begin_key();
    char* to = room(N + 3);
    if (comma_) *to++ = ',';
    *to++ = '"';
    std::memcpy(to, name, N - 1);
    std::memcpy(to + N - 1, "\":", 2);
    used_ = static_cast<std::size_t>(to + N + 1 - text_.data());
    comma_ = false;
    keyed_ = true;
  }

  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(std::nullptr_t) { raw("null"); }
  template <std::same_as<bool> T>
  void value(T yes) {
    raw(yes ? "true" : "false");
  }
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) void value(T number) {
    before_value();
    char* const at = room(kMostDigits);
    used_ += static_cast<std::size_t>(std::to_chars(at, at + kMostDigits, number).ptr - at);
    comma_ = true;
  }
  /// One string made of several parts.
  void joined(std::initializer_list<std::string_view> parts);
  /// A value that is JSON already.
  void raw(std::string_view json);

  /// key() and value() in one.
  template <class T>
  void member(std::string_view name, const T& of) {
    key(name);
    value(of);
  }
  template <std::size_t N, class T>
  void member(const char (&name)[N], const T& of) {
    key(name);
    value(of);
  }

  /// The whole text; the value must be complete. The writer is empty then.
  std::string take();

 private:
  static constexpr std::size_t kMostDigits = 20;  // of 64 bits, with the sign
  static constexpr int kMostDepth = 64;           // bits of objects_

  void begin(char bracket, bool object);
  void end(char bracket, bool object);
  void before_value();
  void begin_key() const { assert(depth_ > 0 && in_object() && !keyed_); }
  bool in_object() const { return (objects_ & 1U) != 0; }
  /// Where at least n more bytes can be written.
  char* room(std::size_t n) {
    if (text_.size() - used_ < n) grow(n);
    return text_.data() + used_;
  }
  void grow(std::size_t n);
  void put(char c) {
    *room(1) = c;
    ++used_;
  }
  void put_escaped(std::string_view text);
  void put_escape(unsigned char c);

  std::string text_;  // longer than what is written, so that writing need not ask it
  std::size_t used_;
  std::uint64_t objects_ = 0;  // a bit for each open bracket, the innermost lowest: is an object
  int depth_ = 0;
  bool comma_ = false;  // the next item stands behind another one
  bool keyed_ = false;  // a key waits for its value
};

}  // namespace virga
