// SPDX-License-Identifier: Apache-2.0
#include "common/json_writer.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <limits>
#include <random>

namespace virga {
namespace {

namespace json = boost::json;
using namespace std::string_view_literals;

TEST(JsonWriter, PutsCommasAndColons) {
  JsonWriter out;
  out.begin_object();
  out.member("a", 1);
  out.key("list");
  out.begin_array();
  out.value("x");
  out.begin_object();
  out.end_object();
  out.begin_array();
  out.end_array();
  out.value(nullptr);
  out.end_array();
  out.member("yes", true);
  out.member("no", false);
  out.member("none", nullptr);
  out.end_object();
  EXPECT_EQ(out.take(), R"({"a":1,"list":["x",{},[],null],"yes":true,"no":false,"none":null})");
}

TEST(JsonWriter, EscapesWhatJsonAsksForAndNothingElse) {
  JsonWriter out;
  out.value("\"\\\b\f\n\r\t\x01\x1f\x7f/\0 \xc3\xa9 <&>"sv);
  EXPECT_EQ(out.take(), "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\\u0000 \xc3\xa9 <&>\"");
}

TEST(JsonWriter, FindsTheCharacterToEscapeAtEachPlace) {
  for (std::size_t length = 1; length < 20; ++length)
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, '\xff');
      text[at] = '"';
      std::string expected = text;
      expected.insert(at, "\\");
      JsonWriter out;
      out.value(text);
      EXPECT_EQ(out.take(), '"' + expected + '"');
    }
}

TEST(JsonWriter, EscapesKeys) {
  JsonWriter out;
  out.begin_object();
  out.member(std::string("a\"\n"), "b");  // a literal needs none, and is not looked at
  out.end_object();
  EXPECT_EQ(out.take(), R"({"a\"\n":"b"})");
}

TEST(JsonWriter, WritesTheLimitsOfIntegers) {
  JsonWriter out;
  out.begin_array();
  out.value(std::numeric_limits<std::int64_t>::min());
  out.value(std::numeric_limits<std::uint64_t>::max());
  out.value(std::uint8_t{200});
  out.end_array();
  EXPECT_EQ(out.take(), "[-9223372036854775808,18446744073709551615,200]");
}

TEST(JsonWriter, JoinsPartsToOneString) {
  JsonWriter out;
  out.begin_object();
  out.key("self");
  out.joined({"http://cloud", "/v3/users/", "a\"b", ""});
  out.end_object();
  EXPECT_EQ(out.take(), R"({"self":"http://cloud/v3/users/a\"b"})");
}

TEST(JsonWriter, TakesRawValues) {
  JsonWriter out;
  out.begin_array();
  out.raw(R"({"extra":1})");
  out.raw("2");
  out.end_array();
  EXPECT_EQ(out.take(), R"([{"extra":1},2])");
}

TEST(JsonWriter, WritesBehindWhatTheBufferHolds) {
  std::string buffer = "data: ";
  buffer.reserve(4096);
  const char* const memory = buffer.data();
  JsonWriter out(10, std::move(buffer));
  out.value(1);
  const std::string text = out.take();
  EXPECT_EQ(text, "data: 1");
  EXPECT_EQ(text.data(), memory);
}

TEST(JsonWriter, GrowsFromNothingAndCanBeUsedAgain) {
  JsonWriter out(0);
  for (int round = 0; round < 2; ++round) {
    out.begin_array();
    for (int i = 0; i < 10'000; ++i) out.value(i);
    out.end_array();
    const json::value back = json::parse(out.take());
    ASSERT_EQ(back.as_array().size(), 10'000U);
    EXPECT_EQ(back.as_array().back(), 9'999);
  }
}

TEST(JsonWriterDeathTest, RefusesCallsThatMakeNoJson) {
  EXPECT_DEATH({ JsonWriter().end_object(); }, "depth_");
  EXPECT_DEATH({ JsonWriter().key("a"); }, "in_object");
  EXPECT_DEATH({ JsonWriter().take(); }, "comma_");
  const auto in_object = [](auto misuse) {
    JsonWriter out;
    out.begin_object();
    misuse(out);
  };
  EXPECT_DEATH(in_object([](JsonWriter& w) { w.value(1); }), "keyed_");
  EXPECT_DEATH(in_object([](JsonWriter& w) { w.end_array(); }), "object");
  EXPECT_DEATH(in_object([](JsonWriter& w) { w.take(); }), "depth_");
  EXPECT_DEATH(in_object([](JsonWriter& w) { w.key("a"), w.key("b"); }), "keyed_");
  EXPECT_DEATH(in_object([](JsonWriter& w) { w.key("a"), w.end_object(); }), "keyed_");
  EXPECT_DEATH(in_object([](JsonWriter& w) { w.end_object(), w.value(1); }), "comma_");
}

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
  return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

json::string any_text(Random& random) {
  static constexpr std::string_view kPieces[] = {
      "a", "\"", "\\", "\n", "\x01", "\x1f", "\x7f", "plain text of some length",
      "é", "€",  "😀",  "/",  " "};
  json::string text;
  for (std::size_t n = below(random, 12); n > 0; --n) {
    const std::string_view piece = kPieces[below(random, std::size(kPieces))];
    text.append({piece.data(), piece.size()});
  }
  return text;
}

json::value any_value(Random& random, int depth) {
  switch (below(random, depth > 5 ? 5 : 7)) {
    case 0:
      return nullptr;
    case 1:
      return below(random, 2) == 0;
    case 2:
      return static_cast<std::int64_t>(std::uniform_int_distribution<std::int64_t>(
          std::numeric_limits<std::int64_t>::min())(random));
    case 3:
      return std::uniform_int_distribution<std::uint64_t>(std::uint64_t{1} << 63U)(random);
    case 4:
      return json::value(any_text(random));
    case 5: {
      json::array list;
      for (std::size_t n = below(random, 6); n > 0; --n)
        list.push_back(any_value(random, depth + 1));
      return list;
    }
    default: {
      json::object object;
      for (std::size_t n = below(random, 6); n > 0; --n)
        object[any_text(random)] = any_value(random, depth + 1);
      return object;
    }
  }
}

void write(JsonWriter& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::bool_:
      return out.value(value.get_bool());
    case json::kind::int64:
      return out.value(value.get_int64());
    case json::kind::uint64:
      return out.value(value.get_uint64());
    case json::kind::string:
      return out.value(std::string_view(value.get_string().data(), value.get_string().size()));
    case json::kind::array:
      out.begin_array();
      for (const json::value& item : value.get_array()) write(out, item);
      return out.end_array();
    case json::kind::object:
      out.begin_object();
      for (const auto& member : value.get_object()) {
        out.key({member.key().data(), member.key().size()});
        write(out, member.value());
      }
      return out.end_object();
    default:
      return out.value(nullptr);
  }
}

TEST(JsonWriter, WritesWhatAParserReadsBack) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 2'000; ++round) {
    const json::value value = any_value(random, 0);
    JsonWriter out(below(random, 64));
    write(out, value);
    const std::string text = out.take();
    ASSERT_EQ(json::parse(text), value) << text;
  }
}

}  // namespace
}  // namespace virga
