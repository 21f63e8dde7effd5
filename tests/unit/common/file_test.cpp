// SPDX-License-Identifier: Apache-2.0
#include "common/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/common/test_support.h"

namespace virga {
namespace {

using test::kind_of;
using test::TempDir;

unsigned mode_of(const std::string& path) {
  struct stat facts {};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
  return facts.st_mode & 07777U;
}

std::size_t files_in(const std::string& path) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path)) ++count;
  return count;
}

TEST(File, AtomicWriteMakesTheFileWithItsMode) {
  const TempDir dir;
  write_file_atomic(dir.path("secret"), "bytes", 0600);
  EXPECT_EQ(read_file(dir.path("secret")), "bytes");
  EXPECT_EQ(mode_of(dir.path("secret")), 0600U);
  write_file_atomic(dir.path("public"), "x", 0644);
  EXPECT_EQ(mode_of(dir.path("public")), 0644U);
}

TEST(File, AtomicWriteReplacesAndLeavesNothingElse) {
  const TempDir dir;
  write_file_atomic(dir.path("f"), std::string(100'000, 'a'));
  write_file_atomic(dir.path("f"), "new");
  EXPECT_EQ(read_file(dir.path("f")), "new");
  EXPECT_EQ(files_in(dir.path()), 1U);
}

TEST(File, AFailedAtomicWriteLeavesTheOldContentAndNoTemporaryFile) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path("taken"));
  write_file_atomic(dir.path("taken/inside"), "x");
  EXPECT_EQ(kind_of([&] { write_file_atomic(dir.path("taken"), "y"); }), ErrorKind::unavailable);
  EXPECT_EQ(files_in(dir.path()), 1U);
  EXPECT_EQ(read_file(dir.path("taken/inside")), "x");
}

TEST(File, AtomicWriteDoesNotFollowALinkAtItsTarget) {
  const TempDir dir;
  write_file_atomic(dir.path("other"), "theirs");
  std::filesystem::create_symlink(dir.path("other"), dir.path("link"));
  write_file_atomic(dir.path("link"), "ours");
  EXPECT_EQ(read_file(dir.path("other")), "theirs");
  EXPECT_EQ(read_file(dir.path("link")), "ours");
}

TEST(File, ReadingAnAbsentFileIsNoError) {
  const TempDir dir;
  EXPECT_EQ(read_file(dir.path("absent")), std::nullopt);
}

TEST(File, ReadingStopsAtTheLimit) {
  const TempDir dir;
  write_file_atomic(dir.path("f"), std::string(1000, 'a'));
  EXPECT_EQ(read_file(dir.path("f"), 1000)->size(), 1000U);
  EXPECT_EQ(kind_of([&] { read_file(dir.path("f"), 999); }), ErrorKind::too_large);
}

TEST(File, OpeningTellsAbsenceFromOtherFailures) {
  const TempDir dir;
  EXPECT_EQ(kind_of([&] { open_file(dir.path("absent"), O_RDONLY); }), ErrorKind::not_found);
  EXPECT_EQ(kind_of([&] { open_file(dir.path(), O_WRONLY); }), ErrorKind::unavailable);
  const UniqueFd fd = open_file(dir.path("new"), O_WRONLY | O_CREAT);
  EXPECT_NE(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(File, RemovingTwiceIsSuccess) {
  const TempDir dir;
  write_file_atomic(dir.path("f"), "x");
  remove_file(dir.path("f"));
  remove_file(dir.path("f"));
  EXPECT_EQ(read_file(dir.path("f")), std::nullopt);
}

TEST(File, DirectoriesAreMadeWithTheirModeAlsoWhenTheyExist) {
  const TempDir dir;
  make_directories(dir.path("a/b/c"), 0700);
  EXPECT_EQ(mode_of(dir.path("a/b/c")), 0700U);
  make_directories(dir.path("a/b/c"), 0750);
  EXPECT_EQ(mode_of(dir.path("a/b/c")), 0750U);
  write_file_atomic(dir.path("f"), "x");
  EXPECT_EQ(kind_of([&] { make_directories(dir.path("f/g")); }), ErrorKind::unavailable);
}

TEST(UniqueFdTest, MovesAndClosesOnce) {
  const TempDir dir;
  UniqueFd first = open_file(dir.path("f"), O_WRONLY | O_CREAT);
  const int number = first.get();
  UniqueFd second(std::move(first));
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): the state after a move is tested
  EXPECT_EQ(second.get(), number);
  second.reset();
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
  second.reset();
  UniqueFd third = open_file(dir.path("f"), O_RDONLY);
  EXPECT_GE(third.get(), 0);
  ::close(third.release());
  EXPECT_FALSE(third);
}

}  // namespace
}  // namespace virga
