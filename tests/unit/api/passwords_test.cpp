// SPDX-License-Identifier: Apache-2.0
#include "api/identity/passwords.h"

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/common/test_support.h"

namespace virga::identity {
namespace {

TEST(PasswordsTest, TellsRightFromWrong) {
  Passwords passwords;
  const std::string hash = passwords.hash("correct horse");
  EXPECT_TRUE(hash.starts_with("$argon2id$"));
  EXPECT_TRUE(passwords.verify(hash, "correct horse"));
  EXPECT_FALSE(passwords.verify(hash, "correct horsf"));
  EXPECT_FALSE(passwords.verify(hash, ""));
  EXPECT_NE(hash, passwords.hash("correct horse")) << "salted";
}

TEST(PasswordsTest, UsesTheWholePassword) {
  Passwords passwords;
  const std::string nul("a\0b", 3);
  const std::string hash = passwords.hash(nul);
  EXPECT_TRUE(passwords.verify(hash, nul));
  EXPECT_FALSE(passwords.verify(hash, "a"));
  const std::string longest(4096, 'x');
  const std::string of_longest = passwords.hash(longest);
  EXPECT_TRUE(passwords.verify(of_longest, longest));
  EXPECT_FALSE(passwords.verify(of_longest, std::string(4095, 'x') + "y"));
}

TEST(PasswordsTest, AnEmptyOrBrokenHashIsNeverRight) {
  Passwords passwords;
  EXPECT_FALSE(passwords.verify("", ""));
  EXPECT_FALSE(passwords.verify("", "anything"));
  EXPECT_FALSE(passwords.verify("not a hash", "not a hash"));
}

TEST(PasswordsTest, EndsWithWorkDone) {
  std::string hash;
  { hash = Passwords(1).hash("x"); }
  EXPECT_TRUE(Passwords(1, 1).verify(hash, "x"));
}

TEST(PasswordsTest, RefusesPasswordsThatAreTooShortOrTooLong) {
  Passwords passwords;
  EXPECT_EQ(test::kind_of([&] { passwords.hash(""); }), ErrorKind::invalid);
  EXPECT_EQ(test::kind_of([&] { passwords.hash(std::string(4097, 'x')); }), ErrorKind::invalid);
  EXPECT_FALSE(passwords.verify("", std::string(100'000, 'x')));
}

TEST(PasswordsTest, RefusesMoreThanMayWait) {
  Passwords passwords(1, 1);
  const std::string hash = passwords.hash("x");
  std::atomic<int> right = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      try {
        if (passwords.verify(hash, "x")) ++right;
      } catch (const Error& e) {
        EXPECT_EQ(e.kind(), ErrorKind::unavailable);
        ++refused;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right + refused, 8);
  EXPECT_GE(right, 1);
  EXPECT_TRUE(passwords.verify(hash, "x")) << "all places are given back";
}

}  // namespace
}  // namespace virga::identity
