// SPDX-License-Identifier: Apache-2.0
#include "common/subprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "common/file.h"
#include "tests/unit/common/test_support.h"

namespace virga {
namespace {

using namespace std::chrono_literals;
using test::kind_of;
using test::TempDir;

Command shell(const std::string& script) {
  return {.argv = {"/bin/sh", "-c", script}};
}

TEST(Subprocess, PassesEachArgumentUnchanged) {
  const CommandResult r =
      run({.argv = {"/usr/bin/printf", "[%s]", "a b", "", "$HOME;*'\"", "--x", "\n"}});
  EXPECT_EQ(r.out, "[a b][][$HOME;*'\"][--x][\n]");
  EXPECT_TRUE(r.ok());
}

TEST(Subprocess, ReportsExitCodesSignalsAndBothOutputs) {
  const CommandResult code = run(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(code.exit_code, 7);
  EXPECT_EQ(code.out, "out\n");
  EXPECT_EQ(code.err, "err\n");
  EXPECT_FALSE(code.ok());
  const CommandResult killed = run(shell("kill -TERM $$"));
  EXPECT_EQ(killed.signal, SIGTERM);
  EXPECT_EQ(killed.exit_code, -1);
}

TEST(Subprocess, KillsWhatTakesTooLong) {
  Command command{.argv = {"/bin/sleep", "60"}};
  command.limit = 50ms;
  const auto start = std::chrono::steady_clock::now();
  const CommandResult r = run(command);
  EXPECT_TRUE(r.timed_out);
  EXPECT_EQ(r.signal, SIGKILL);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST(Subprocess, KillsWhatIsGivenUp) {
  Command command{.argv = {"/bin/sleep", "60"}};
  int asked = 0;
  command.is_given_up = [&] { return ++asked > 2; };
  const CommandResult r = run(command);
  EXPECT_TRUE(r.timed_out);
  EXPECT_EQ(asked, 3);
  command.argv = {"/bin/true"};
  command.is_given_up = [] { return false; };
  EXPECT_TRUE(run(command).ok());
}

TEST(Subprocess, KillsWhatClosedItsOutputAndStays) {
  Command command{.argv = {"/bin/sh", "-c", "exec >&- 2>&-; exec sleep 60"}};
  command.limit = 50ms;
  EXPECT_TRUE(run(command).timed_out);
}

TEST(Subprocess, KeepsOnlyTheFirstBytesOfOutput) {
  Command command{.argv = {"/usr/bin/head", "-c", "1000000", "/dev/zero"}};
  command.max_output = 1000;
  const CommandResult r = run(command);
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.out.size(), 1000U);
}

TEST(Subprocess, GivesAnEnvironmentOfTwo) {
  ::setenv("VIRGA_TEST_SECRET", "hunter2", 1);
  EXPECT_EQ(run({.argv = {"/usr/bin/env"}}).out, "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\n");
  ::unsetenv("VIRGA_TEST_SECRET");
}

TEST(Subprocess, ReadsNothingFromStandardInput) {
  EXPECT_EQ(run({.argv = {"/bin/cat"}}).out, "");
}

/// Numbers of open descriptors beside 0 to 2 and the one that lists them.
std::string open_descriptors(std::vector<int> keep) {
  Command command =
      shell("for f in /proc/self/fd/*; do n=${f##*/}; [ $n -gt 2 ] && echo -n $n,; done");
  command.keep_fds = std::move(keep);
  return run(command).out;
}

TEST(Subprocess, ClosesAllOtherDescriptors) {
  const UniqueFd low(::open("/dev/null", O_RDONLY));  // not closed on exec
  const UniqueFd kept(::dup2(low.get(), 700));
  const UniqueFd leaked(::dup2(low.get(), 600));
  EXPECT_EQ(open_descriptors({}), "3,");  // the shell's own, for the listing
  EXPECT_EQ(open_descriptors({700}), "3,700,");
}

TEST(Subprocess, KeepingAStandardDescriptorClosesNoOther) {
  Command command = shell("echo out; echo err >&2");
  command.keep_fds = {0, 1};
  const CommandResult r = run(command);
  EXPECT_EQ(r.out, "out\n");
  EXPECT_EQ(r.err, "err\n");
}

TEST(Subprocess, AProgramThatCannotStartIsAnError) {
  EXPECT_EQ(kind_of([] { run({.argv = {"/nonexistent/program"}}); }), ErrorKind::unavailable);
  EXPECT_EQ(kind_of([] { run({.argv = {"/etc/passwd"}}); }), ErrorKind::unavailable);
}

TEST(Subprocess, ProgramsNeedAnAbsolutePath) {
  EXPECT_EQ(kind_of([] { run({.argv = {"true"}}); }), ErrorKind::internal);
  EXPECT_EQ(kind_of([] { run({.argv = {}}); }), ErrorKind::internal);
}

TEST(Subprocess, TheCheckedFormThrowsWithTheFirstErrorLine) {
  EXPECT_EQ(run_checked(shell("echo fine")), "fine\n");
  const std::string message =
      test::message_of([] { run_checked(shell("echo first >&2; echo second >&2; exit 3")); });
  EXPECT_EQ(message, "/bin/sh failed (exit code 3): first");
}

TEST(Subprocess, ManyAtOnceDoNotDisturbEachOther) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([t] {
      for (int i = 0; i < 10; ++i) {
        const std::string word = std::to_string(t * 100 + i);
        EXPECT_EQ(run({.argv = {"/bin/echo", word}}).out, word + "\n");
      }
    });
  for (auto& thread : threads) thread.join();
}

class DaemonTest : public testing::Test {
 protected:
  DaemonTest() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }  // so that the test can wait for it
  ~DaemonTest() override { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
  const TempDir dir_;
};

TEST_F(DaemonTest, RunsDetachedInItsOwnSessionAndLogs) {
  const int pid =
      start_daemon({.argv = {"/bin/sh", "-c", "echo hello; echo oops >&2; cat; exec sleep 60"},
                    .log_file = dir_.path("log")});
  EXPECT_EQ(::kill(pid, 0), 0);
  EXPECT_EQ(::getsid(pid), pid);
  ASSERT_EQ(::kill(pid, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(DaemonTest, AppendsItsOutputToTheLog) {
  write_file_atomic(dir_.path("log"), "before\n");
  const int pid = start_daemon(
      {.argv = {"/bin/sh", "-c", "echo hello; echo oops >&2; cat"}, .log_file = dir_.path("log")});
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(read_file(dir_.path("log")), "before\nhello\noops\n");
}

TEST_F(DaemonTest, ThatCannotStartIsAnError) {
  EXPECT_EQ(
      kind_of([&] { start_daemon({.argv = {"/nonexistent"}, .log_file = dir_.path("log")}); }),
      ErrorKind::unavailable);
}

}  // namespace
}  // namespace virga
