// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/text.h"

#include <gtest/gtest.h>

#include <clocale>

namespace virga::cli {
namespace {

TEST(Text, NamesGiveATerminalNoOrders) {
  EXPECT_EQ(printable("plain ü 漢"), "plain ü 漢");
  EXPECT_EQ(printable("a\x1b[31mb"), "a?[31mb");
  EXPECT_EQ(printable("a\nb\tc"), "a b c");
  EXPECT_EQ(printable("\xC2\x9B"
                      "1m"),
            "?1m")
      << "a C1 control character";
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "x"),
            "?x")
      << "text from right to left";
  EXPECT_EQ(printable("\xFF\xC3"), "??") << "broken UTF-8";
  EXPECT_EQ(printable("\xC0\xAF"), "??") << "an overlong form";
}

TEST(Text, WidthIsOfColumns) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  EXPECT_EQ(width_of("abc"), 3U);
  EXPECT_EQ(width_of("äöü"), 3U);
  EXPECT_EQ(width_of("漢字"), 4U);
}

TEST(Text, IsCutAtWholeCharacters) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "ab…");
  EXPECT_EQ(shortened("äöüß", 3), "äö…");
  EXPECT_EQ(shortened("漢字漢", 4), "漢…");
  EXPECT_EQ(shortened("abc", 0), "");
  EXPECT_EQ(padded("ä", 3), "ä  ");
  EXPECT_EQ(padded("abcd", 3), "abcd");
}

}  // namespace
}  // namespace virga::cli
