// SPDX-License-Identifier: Apache-2.0
#include "common/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/error.h"
#include "common/file.h"

namespace virga {
namespace {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe", errno);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::vector<char*> c_strings(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const auto& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// Everything the child does between fork and exec. Only async-signal-safe calls; the vectors were
/// built before the fork.
struct Child {
  std::vector<std::string> argv;
  std::vector<char*> argv_c;
  std::vector<int> keep;  // sorted
  int in = -1;
  int out = -1;
  int err = -1;
  int report = -1;  // errno is written here when exec fails; closes on exec
  int netns = -1;
  bool new_session = false;

  [[noreturn]] void fail() const noexcept {
    const int reason = errno;
    (void)!::write(report, &reason, sizeof reason);
    ::_exit(127);
  }

  void close_others() const noexcept {
    unsigned from = 3;
    for (const int fd : keep) {
      if (static_cast<unsigned>(fd) > from)
        (void)::syscall(SYS_close_range, from, static_cast<unsigned>(fd) - 1, 0);
      from = std::max(from, static_cast<unsigned>(fd) + 1);
    }
    (void)::syscall(SYS_close_range, from, ~0U, 0);
  }

  [[noreturn]] void exec() const noexcept {
    static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    static char locale[] = "LC_ALL=C";
    static char* environment[] = {path, locale, nullptr};
    if (new_session && ::setsid() < 0) fail();
    if (netns >= 0 && ::setns(netns, CLONE_NEWNET) != 0) fail();
    if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) fail();
    for (const int fd : keep)
      if (fd != report) (void)::fcntl(fd, F_SETFD, 0);
    close_others();
    sigset_t none;
    sigemptyset(&none);
    (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
    (void)::signal(SIGPIPE, SIG_DFL);
    ::execve(argv_c[0], argv_c.data(), environment);
    fail();
  }
};

void check_argv(const std::vector<std::string>& argv) {
  if (argv.empty() || argv[0].empty() || argv[0][0] != '/')
    throw Error(ErrorKind::internal, "A program must be named by its absolute path.");
}

/// Waits for exec to succeed (the report pipe closes) or to fail (an errno arrives).
void check_started(int pid, UniqueFd& report, const std::string& program) {
  int reason = 0;
  ssize_t n = 0;
  do n = ::read(report.get(), &reason, sizeof reason);
  while (n < 0 && errno == EINTR);
  if (n == static_cast<ssize_t>(sizeof reason)) {
    (void)::waitpid(pid, nullptr, 0);
    throw Error(ErrorKind::unavailable,
                program + " cannot be started: " + std::string(strerrordesc_np(reason)) + ".");
  }
}

bool drain(UniqueFd& from, std::string& into, std::size_t limit) {
  char chunk[8192];
  const ssize_t n = ::read(from.get(), chunk, sizeof chunk);
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  if (n == 0) return false;
  const std::size_t room = limit > into.size() ? limit - into.size() : 0;
  into.append(chunk, std::min(room, static_cast<std::size_t>(n)));
  return true;
}

bool is_given_up(const Command& command) {
  return command.is_given_up && command.is_given_up();
}

/// How long to wait before the next look.
int pause_of(const Command& command, std::chrono::milliseconds left) {
  constexpr std::chrono::milliseconds kAskEvery{200};
  return static_cast<int>((command.is_given_up ? std::min(left, kAskEvery) : left).count());
}

/// Reads both pipes until they close or the deadline passes. False when it passed.
bool collect(Pipe& out, Pipe& err, const Command& command, CommandResult& result) {
  const auto deadline = std::chrono::steady_clock::now() + command.limit;
  while (out.read_end || err.read_end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || is_given_up(command)) return false;
    pollfd fds[2] = {{out.read_end.get(), POLLIN, 0}, {err.read_end.get(), POLLIN, 0}};
    const int ready = ::poll(fds, 2, pause_of(command, left));
    if (ready < 0 && errno != EINTR) return false;  // treated as a time-out: the program is killed
    if (ready <= 0) continue;
    if (fds[0].revents != 0 && !drain(out.read_end, result.out, command.max_output))
      out.read_end.reset();
    if (fds[1].revents != 0 && !drain(err.read_end, result.err, command.max_output))
      err.read_end.reset();
  }
  return true;
}

bool reap(int pid, int& status) {
  int got = -1;
  do got = ::waitpid(pid, &status, 0);
  while (got < 0 && errno == EINTR);
  return got == pid;
}

/// Waits for the process itself; output may be closed long before it ends.
bool wait_until(int pid, std::chrono::steady_clock::time_point deadline, int& status) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  pollfd fd{handle.get(), POLLIN, 0};
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    const int n = ::poll(&fd, 1, std::max(0, static_cast<int>(left.count())));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    return reap(pid, status);
  }
}

int fork_child(const Child& child) {
  const int pid = ::fork();
  if (pid < 0) throw_errno("fork", errno);
  if (pid == 0) child.exec();
  return pid;
}

}  // namespace

CommandResult run(const Command& command) {
  check_argv(command.argv);
  const auto deadline = std::chrono::steady_clock::now() + command.limit;
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe report = make_pipe();
  const UniqueFd null = open_file("/dev/null", O_RDWR);
  Child child;
  child.argv = command.argv;
  child.argv_c = c_strings(child.argv);
  child.keep = command.keep_fds;
  child.keep.push_back(report.write_end.get());
  std::sort(child.keep.begin(), child.keep.end());
  child.in = null.get();
  child.out = out.write_end.get();
  child.err = err.write_end.get();
  child.report = report.write_end.get();

  const int pid = fork_child(child);
  out.write_end.reset();
  err.write_end.reset();
  report.write_end.reset();
  check_started(pid, report.read_end, command.argv[0]);

  CommandResult result;
  int status = 0;
  if (!collect(out, err, command, result) || !wait_until(pid, deadline, status)) {
    result.timed_out = true;
    (void)::kill(pid, SIGKILL);
    reap(pid, status);
  }
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

std::string run_checked(const Command& command) {
  CommandResult result = run(command);
  if (result.ok()) return std::move(result.out);
  const std::string first = result.err.substr(0, result.err.find('\n'));
  std::string why = "exit code " + std::to_string(result.exit_code);
  if (result.timed_out)
    why = "no end within its time limit";
  else if (result.signal != 0)
    why = "signal " + std::to_string(result.signal);
  throw Error(ErrorKind::unavailable, command.argv[0] + " failed (" + why + "): " + first);
}

int start_daemon(const Daemon& daemon) {
  check_argv(daemon.argv);
  const UniqueFd null = open_file("/dev/null", O_RDONLY);
  const UniqueFd log = open_file(daemon.log_file, O_WRONLY | O_APPEND | O_CREAT, 0640);
  Pipe report = make_pipe();
  Pipe pid_pipe = make_pipe();
  Child child;
  child.argv = daemon.argv;
  child.argv_c = c_strings(child.argv);
  child.keep = {report.write_end.get()};
  child.in = null.get();
  child.out = log.get();
  child.err = log.get();
  child.report = report.write_end.get();
  child.netns = daemon.network_namespace_fd;
  child.new_session = true;
  // Twice forked, so that init (not this process) collects it.
  const int middle = ::fork();
  if (middle < 0) throw_errno("fork", errno);
  if (middle == 0) {
    const int pid = ::fork();
    if (pid == 0) child.exec();
    (void)!::write(pid_pipe.write_end.get(), &pid, sizeof pid);
    ::_exit(pid < 0 ? 1 : 0);
  }
  (void)::waitpid(middle, nullptr, 0);
  report.write_end.reset();
  pid_pipe.write_end.reset();
  int pid = -1;
  if (::read(pid_pipe.read_end.get(), &pid, sizeof pid) != static_cast<ssize_t>(sizeof pid) ||
      pid < 0)
    throw Error(ErrorKind::unavailable, daemon.argv[0] + " cannot be started.");
  check_started(pid, report.read_end, daemon.argv[0]);
  return pid;
}

}  // namespace virga
