// SPDX-License-Identifier: Apache-2.0
#include "common/error.h"

#include <cerrno>
#include <set>

#include "tests/unit/common/test_support.h"

namespace virga {
namespace {

TEST(ErrorType, CarriesKindAndSentence) {
  const Error error(ErrorKind::conflict, "Port p is already bound.");
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_STREQ(error.what(), "Port p is already bound.");
}

TEST(ErrorType, EveryKindHasItsOwnName) {
  std::set<std::string> names;
  for (const auto kind : {ErrorKind::invalid, ErrorKind::unauthorized, ErrorKind::forbidden,
                          ErrorKind::not_found, ErrorKind::conflict, ErrorKind::too_large,
                          ErrorKind::unavailable, ErrorKind::internal, ErrorKind::unknown})
    names.insert(name_of(kind));
  EXPECT_EQ(names.size(), 9U);
  EXPECT_TRUE(names.contains("not_found"));
}

TEST(ErrorType, ErrnoBecomesKindAndReason) {
  EXPECT_EQ(test::kind_of([] { throw_errno("open /x", ENOENT); }), ErrorKind::not_found);
  EXPECT_EQ(test::kind_of([] { throw_errno("open /x", EACCES); }), ErrorKind::unavailable);
  EXPECT_EQ(test::message_of([] { throw_errno("open /x", ENOENT); }),
            "open /x: No such file or directory");
}

}  // namespace
}  // namespace virga
