// SPDX-License-Identifier: Apache-2.0
#include "common/yaml_config.h"

#include "tests/unit/common/test_support.h"

namespace virga {
namespace {

using test::kind_of;
using test::message_of;

YamlConfig parsed(const std::string& text) {
  return YamlConfig::parse(text, "virga.yaml");
}

TEST(YamlConfigTest, ReadsTypedValues) {
  const YamlConfig c = parsed("name: cloud\nport: 8774\nquiet: yes\nnames: [a, b]\n");
  EXPECT_EQ(c.string("name", ""), "cloud");
  EXPECT_EQ(c.integer("port", 1, 1, 65535), 8774);
  EXPECT_TRUE(c.boolean("quiet", false));
  EXPECT_EQ(c.strings("names"), (std::vector<std::string>{"a", "b"}));
  EXPECT_NO_THROW(c.check());
}

TEST(YamlConfigTest, AbsentAndEmptyKeysMeanTheDefault) {
  const YamlConfig c = parsed("name:\nsection:\n");
  EXPECT_EQ(c.string("name", "x"), "x");
  EXPECT_EQ(c.integer("port", 7, 0, 9), 7);
  EXPECT_TRUE(c.boolean("quiet", true));
  EXPECT_TRUE(c.strings("names").empty());
  EXPECT_TRUE(c.list("hosts").empty());
  EXPECT_EQ(c.section("section").string("a", "b"), "b");
  EXPECT_EQ(c.section("none").string("a", "b"), "b");
  EXPECT_NO_THROW(c.check());
  EXPECT_NO_THROW(parsed("").check());
}

TEST(YamlConfigTest, RefusesKeysThatNobodyReads) {
  const YamlConfig c = parsed("name: a\nnmae: b\n");
  c.string("name", "");
  EXPECT_EQ(message_of([&] { c.check(); }), "virga.yaml: unknown key 'nmae'.");
}

TEST(YamlConfigTest, RefusesUnknownKeysAtAnyDepth) {
  const YamlConfig c = parsed("api: {tls: {certificat: x}}\n");
  c.section("api").section("tls").string("certificate", "");
  EXPECT_EQ(message_of([&] { c.check(); }), "virga.yaml: api: tls: unknown key 'certificat'.");
  const YamlConfig l = parsed("hosts: [{name: a}, {nam: b}]\n");
  for (const auto& host : l.list("hosts")) host.string("name", "");
  EXPECT_EQ(kind_of([&] { l.check(); }), ErrorKind::invalid);
}

TEST(YamlConfigTest, IgnoredKeysMayStand) {
  const YamlConfig c = parsed("agent: {anything: [1, 2]}\n");
  c.ignore("agent");
  EXPECT_NO_THROW(c.check());
}

TEST(YamlConfigTest, RefusesWrongTypesAndRanges) {
  const YamlConfig c =
      parsed("n: 70000\nw: 12abc\nf: 1.5\nl: [1]\nm: {a: b}\nb: 2\nnested: [[1]]\n");
  for (const char* key : {"n", "w", "f", "l", "m"})
    EXPECT_EQ(kind_of([&] { c.integer(key, 0, 0, 65535); }), ErrorKind::invalid) << key;
  EXPECT_EQ(kind_of([&] { c.string("m", ""); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { c.boolean("b", false); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { c.strings("n"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { c.strings("nested"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { c.section("l"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { c.list("l"); }), ErrorKind::invalid);
  EXPECT_EQ(message_of([&] { c.integer("n", 0, 1, 65535); }),
            "virga.yaml: 'n' must be a number from 1 to 65535.");
}

TEST(YamlConfigTest, RefusesWhatIsNotAMappingOrNotYaml) {
  for (const char* text : {"- a\n", "just words", "a: [1", "a: b: c"})
    EXPECT_EQ(kind_of([&] { parsed(text); }), ErrorKind::invalid) << text;
}

TEST(YamlConfigTest, AMissingFileIsNamed) {
  EXPECT_EQ(message_of([] { YamlConfig::load("/nonexistent/virga.yaml"); }),
            "/nonexistent/virga.yaml: the configuration file cannot be read.");
}

}  // namespace
}  // namespace virga
