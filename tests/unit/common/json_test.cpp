// SPDX-License-Identifier: Apache-2.0
#include "common/json.h"

#include "tests/unit/common/test_support.h"

namespace virga {
namespace {

using test::kind_of;
using test::message_of;

json::object parsed(const char* text) {
  return parse_json(text).as_object();
}

TEST(ParseJson, LimitsCountBeforeMemoryIsSpent) {
  const JsonLimits limits{4, 5};
  EXPECT_EQ(parse_json(R"({"a": [1, 2]})", limits).at("a").as_array().size(), 2U);
  EXPECT_EQ(parse_json(R"(["12345", ",[{,"])", limits).as_array().size(), 2U);
  EXPECT_EQ(parse_json(R"(["\"[\\", "", ""])", limits).as_array().size(), 3U);
  for (const char* bad :
       {"[1,2,3,4,5]", "[[[[[1]]]]]", R"(["123456"])", R"({"123456": 1})", "[\"12345678", "[\"\\"})
    EXPECT_EQ(test::kind_of([&] { parse_json(bad, limits); }), ErrorKind::invalid) << bad;
}

TEST(Json, RefusesWhatIsNotStrictJson) {
  for (const char* broken : {"", "{", "{\"a\":1,}", "{'a':1}", "[1] x", "{\"a\":01}", "// c\n{}",
                             "nan", "\"\xff\"", "\"\n\""})
    EXPECT_EQ(kind_of([&] { parse_json(broken); }), ErrorKind::invalid) << broken;
}

TEST(Json, NestsThirtyTwoLevelsAndNotMore) {
  EXPECT_NO_THROW(parse_json(std::string(32, '[') + std::string(32, ']')));
  EXPECT_EQ(kind_of([] { parse_json(std::string(33, '[') + std::string(33, ']')); }),
            ErrorKind::invalid);
  EXPECT_EQ(kind_of([] { parse_json(std::string(1'000'000, '[')); }), ErrorKind::invalid);
}

TEST(JsonFields, RefusesUnknownMembersByName) {
  const json::object o = parsed(R"({"name":"a","evil":1})");
  const Fields in(o, "server");
  EXPECT_NO_THROW(in.only({"name", "evil"}));
  EXPECT_EQ(
      message_of([&] { in.only({"name"}); }),
      "Invalid input for field/attribute server. Additional properties are not allowed ('evil' "
      "was unexpected)");
}

TEST(JsonFields, NamesTheMissingProperty) {
  const json::object o;
  EXPECT_EQ(message_of([&] { (void)Fields(o, "server").string("name"); }),
            "Invalid input for field/attribute server. 'name' is a required property");
}

TEST(JsonFields, StringsHaveTypeAndLength) {
  const json::object o = parsed(R"({"s":"abc","n":5,"e":"","z":"a\u0000b","x":null})");
  const Fields in(o, "o");
  EXPECT_EQ(in.string("s", {3, 3}), "abc");
  EXPECT_EQ(in.string("e", {0, 5}), "");
  for (const char* key : {"n", "z", "x", "absent"})
    EXPECT_EQ(kind_of([&] { (void)in.string(key); }), ErrorKind::invalid) << key;
  EXPECT_EQ(message_of([&] {
              (void)in.string("s", {0, 2});
            }),
            "Invalid input for field/attribute s. Value: \"abc\". \"abc\" is too long");
  EXPECT_EQ(kind_of([&] { (void)in.string("e"); }), ErrorKind::invalid);
  EXPECT_EQ(in.optional_string("x"), std::nullopt);
  EXPECT_EQ(in.optional_string("absent"), std::nullopt);
  EXPECT_EQ(kind_of([&] { (void)in.optional_string("n"); }), ErrorKind::invalid);
}

TEST(JsonFields, IntegersHaveTypeAndRange) {
  const json::object o =
      parsed(R"({"n":5,"t":"17","m":"-3","f":1.5,"b":true,"big":18446744073709551615})");
  const Fields in(o, "o");
  EXPECT_EQ(in.integer("n", 5, 5), 5);
  EXPECT_EQ(in.integer("t", 0, 20), 17);
  EXPECT_EQ(in.integer("m", -5, 20), -3);
  EXPECT_EQ(in.optional_integer("absent", 0, 1), std::nullopt);
  for (const char* key : {"f", "b", "big"})
    EXPECT_EQ(kind_of([&] { (void)in.integer(key, 0, 100); }), ErrorKind::invalid) << key;
  EXPECT_EQ(message_of([&] { (void)in.integer("n", 6, 9); }),
            "Invalid input for field/attribute n. Value: 5. 5 is less than the minimum of 6");
  EXPECT_EQ(message_of([&] { (void)in.integer("n", 0, 4); }),
            "Invalid input for field/attribute n. Value: 5. 5 is greater than the maximum of 4");
}

TEST(JsonFields, NumbersInTextsHaveOneForm) {
  for (const char* text :
       {"", " 5", "5 ", "+5", "0x5", "5.0", "5e1", "--5", "-", "99999999999999999999"}) {
    json::object o;
    o["n"] = text;
    EXPECT_EQ(kind_of([&] { (void)Fields(o, "o").integer("n", -100, 100); }), ErrorKind::invalid)
        << "'" << text << "'";
  }
}

TEST(JsonFields, BooleansAcceptTheServicesWords) {
  const json::object o =
      parsed(R"({"t":true,"y":"Yes","o":"off","one":"1","n":1,"w":"maybe","x":null})");
  const Fields in(o, "o");
  EXPECT_TRUE(in.boolean("t", false));
  EXPECT_TRUE(in.boolean("y", false));
  EXPECT_TRUE(in.boolean("one", false));
  EXPECT_FALSE(in.boolean("o", true));
  EXPECT_TRUE(in.boolean("absent", true));
  EXPECT_TRUE(in.boolean("x", true));
  for (const char* key : {"n", "w"})
    EXPECT_EQ(kind_of([&] { (void)in.boolean(key, false); }), ErrorKind::invalid) << key;
}

TEST(JsonFields, ObjectsAndArraysHaveTheirType) {
  const json::object o = parsed(R"({"o":{"a":1},"l":[1,2],"s":"x"})");
  const Fields in(o, "top");
  EXPECT_EQ(in.object("o").integer("a", 0, 5), 1);
  EXPECT_EQ(in.array("l").size(), 2U);
  EXPECT_EQ(in.optional_array("absent"), nullptr);
  EXPECT_FALSE(in.optional_object("absent"));
  EXPECT_EQ(kind_of([&] { (void)in.object("l"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { (void)in.array("o"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { (void)in.optional_object("s"); }), ErrorKind::invalid);
}

TEST(JsonFields, AMessageDoesNotSendTheWholeValueBack) {
  json::object o;
  o["s"] = std::string(10'000, 'x');
  EXPECT_LT(message_of([&] { (void)Fields(o, "o").string("s"); }).size(), 400U);
}

TEST(JsonFields, AnEnvelopeHasItsMemberOnly) {
  EXPECT_EQ(envelope(parse_json(R"({"server":{"a":"b"}})"), "server").string("a"), "b");
  for (const char* text : {"[]", "null", "{}", R"({"server":1})", R"({"server":{},"other":{}})"})
    EXPECT_EQ(kind_of([&] { envelope(parse_json(text), "server"); }), ErrorKind::invalid) << text;
}

}  // namespace
}  // namespace virga
