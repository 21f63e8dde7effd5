// SPDX-License-Identifier: Apache-2.0
#include "common/log.h"

#include "common/file.h"
#include "tests/unit/common/test_support.h"

namespace virga::log {
namespace {

TEST(Log, PlainValuesStayAsTheyAre) {
  EXPECT_EQ(escaped("a-b_c:1/2"), "a-b_c:1/2");
}

TEST(Log, ValuesThatCouldBeMisreadAreQuoted) {
  EXPECT_EQ(escaped(""), "\"\"");
  EXPECT_EQ(escaped("a b"), "\"a b\"");
  EXPECT_EQ(escaped("a=b"), "\"a=b\"");
  EXPECT_EQ(escaped("say \"hi\""), "\"say \\\"hi\\\"\"");
  EXPECT_EQ(escaped("c:\\x"), "\"c:\\\\x\"");
}

TEST(Log, ControlCharactersCannotForgeALine) {
  EXPECT_EQ(escaped("a\nb"), "a\\x0ab");
  EXPECT_EQ(escaped("\x1b[2J\x7f\t"), "\\x1b[2J\\x7f\\x09");
  EXPECT_EQ(escaped(std::string_view("\0", 1)), "\\x00");
}

TEST(Log, LongValuesAreCut) {
  EXPECT_EQ(escaped(std::string(512, 'a')), std::string(512, 'a'));
  EXPECT_EQ(escaped(std::string(513, 'a')), std::string(512, 'a') + "...");
}

TEST(Log, LevelsHaveNames) {
  EXPECT_EQ(level_named("warning"), Level::warning);
  EXPECT_EQ(test::kind_of([] { level_named("loud"); }), ErrorKind::invalid);
}

TEST(Log, WritesOneLineAboveItsLevelToItsFile) {
  const test::TempDir dir;
  open(dir.path("log"), Level::warning);
  info("quiet", {{"a", "b"}});
  warning("heard", {{"who", "x\ny"}, {"why", "no reason"}});
  open("", Level::error);
  const std::string text = read_file(dir.path("log")).value();
  EXPECT_EQ(text.find("quiet"), std::string::npos);
  EXPECT_NE(text.find(" warning heard who=x\\x0ay why=\"no reason\"\n"), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Log, AFileThatCannotBeOpenedIsAnError) {
  const test::TempDir dir;
  EXPECT_EQ(test::kind_of([&] { open(dir.path(), Level::info); }), ErrorKind::unavailable);
}

}  // namespace
}  // namespace virga::log
