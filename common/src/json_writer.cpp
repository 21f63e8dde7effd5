// SPDX-License-Identifier: Apache-2.0
#include "common/json_writer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace virga {
namespace {

using Word = std::uint64_t;  // eight characters at once

constexpr Word kEach = 0x0101010101010101;

/// True when one of the eight bytes is less than n, which is at most 128.
constexpr bool any_below(Word word, Word n) {
  return ((word - kEach * n) & ~word & (kEach * 0x80)) != 0;
}

constexpr bool is_plain(Word word) {
  return !any_below(word, 0x20) && !any_below(word ^ (kEach * '"'), 1) &&
         !any_below(word ^ (kEach * '\\'), 1);
}

constexpr bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

/// Copies up to the first character that must be escaped.  @return how many
std::size_t copy_plain(std::string_view from, char* to) {
  std::size_t done = 0;
  for (Word word = 0; from.size() - done >= sizeof word; done += sizeof word) {
    std::memcpy(&word, from.data() + done, sizeof word);
    if (!is_plain(word)) break;
    std::memcpy(to + done, &word, sizeof word);
  }
  if (from.size() - done < sizeof(Word) && from.size() > sizeof(Word) && done < from.size()) {
    const std::size_t last = from.size() - sizeof(Word);  // overlaps what is done
    Word word = 0;
    std::memcpy(&word, from.data() + last, sizeof word);
    if (is_plain(word)) {
      std::memcpy(to + last, &word, sizeof word);
      return from.size();
    }
  }
  for (; done < from.size() && is_plain(from[done]); ++done) to[done] = from[done];
  return done;
}

}  // namespace

JsonWriter::JsonWriter(std::size_t expected, std::string buffer)
    : text_(std::move(buffer)), used_(text_.size()) {
  text_.resize(std::max(text_.capacity(), used_ + expected));
}

void JsonWriter::grow(std::size_t n) {
  text_.resize(std::max(used_ + n, 2 * text_.size()));
}

void JsonWriter::before_value() {
  assert(depth_ == 0 ? !comma_ : in_object() == keyed_);
  if (comma_) put(',');
  keyed_ = false;
}

void JsonWriter::begin(char bracket, bool object) {
  before_value();
  assert(depth_ < kMostDepth);
  objects_ = objects_ << 1U | static_cast<std::uint64_t>(object);
  ++depth_;
  put(bracket);
  comma_ = false;
}

void JsonWriter::end(char bracket, [[maybe_unused]] bool object) {
  assert(depth_ > 0 && in_object() == object && !keyed_);
  objects_ >>= 1U;
  --depth_;
  put(bracket);
  comma_ = true;
}

void JsonWriter::key(std::string_view name) {
  begin_key();
  if (comma_) put(',');
  put('"');
  put_escaped(name);
  std::memcpy(room(2), "\":", 2);
  used_ += 2;
  comma_ = false;
  keyed_ = true;
}

void JsonWriter::value(std::string_view text) {
  joined({text});
}

void JsonWriter::joined(std::initializer_list<std::string_view> parts) {
  before_value();
  put('"');
  for (const std::string_view part : parts) put_escaped(part);
  put('"');
  comma_ = true;
}

void JsonWriter::raw(std::string_view json) {
  before_value();
  std::copy(json.begin(), json.end(), room(json.size()));
  used_ += json.size();
  comma_ = true;
}

void JsonWriter::put_escaped(std::string_view text) {
  for (;;) {
    const std::size_t plain = copy_plain(text, room(text.size()));
    used_ += plain;
    if (plain == text.size()) return;
    put_escape(static_cast<unsigned char>(text[plain]));
    text.remove_prefix(plain + 1);
  }
}

void JsonWriter::put_escape(unsigned char c) {
  constexpr std::string_view kShort = "\"\"\\\\\bb\ff\nn\rr\tt";  // character, letter
  constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < kShort.size(); i += 2) {
    if (static_cast<unsigned char>(kShort[i]) != c) continue;
    put('\\');
    put(kShort[i + 1]);
    return;
  }
  const char text[] = {'\\', 'u', '0', '0', kHex[c >> 4U], kHex[c & 15U]};
  std::memcpy(room(sizeof text), text, sizeof text);
  used_ += sizeof text;
}

std::string JsonWriter::take() {
  assert(depth_ == 0 && comma_);
  text_.resize(std::exchange(used_, 0));
  comma_ = false;
  return std::exchange(text_, {});
}

}  // namespace virga
