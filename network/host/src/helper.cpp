// SPDX-License-Identifier: Apache-2.0
#include "network/host/src/helper.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "common/error.h"
#include "common/subprocess.h"

namespace virga::network {
namespace {

std::optional<pid_t> number(std::string_view text) {
  pid_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || value <= 1) return std::nullopt;
  return value;
}

std::string process(pid_t pid, const char* entry) {
  return "/proc/" + std::to_string(pid) + "/" + entry;
}

/// The arguments, each ended by a zero byte; empty when there is no such process.
std::string command_line(pid_t pid) {
  try {
    return read_file(process(pid, "cmdline")).value_or("");
  } catch (const Error&) {
    return {};  // it ended while it was read
  }
}

std::string joined(const std::vector<std::string>& argv) {
  std::string line;
  for (const auto& word : argv) line += word + '\0';
  return line;
}

bool is_deleted(const std::string& link) {
  char target[4096];
  const ssize_t n = ::readlink(link.c_str(), target, sizeof target);
  return n <= 0 || std::string_view(target, static_cast<std::size_t>(n)).ends_with(" (deleted)");
}

/// False when the program was replaced (an upgrade) or its root folder removed since it started.
bool is_whole(pid_t pid) {
  return !is_deleted(process(pid, "exe")) && !is_deleted(process(pid, "root"));
}

bool runs_in(pid_t pid, const Namespace& space) {
  struct stat facts {};
  return ::stat(process(pid, "ns/net").c_str(), &facts) == 0 && facts.st_ino == space.inode;
}

/// True when the process has exactly this --pid-file among its arguments.
bool owns(pid_t pid, const std::string& pid_file) {
  const std::string argument = std::string(1, '\0') + "--pid-file=" + pid_file + '\0';
  return command_line(pid).find(argument) != std::string::npos;
}

std::vector<pid_t> processes_of(const std::string& pid_file) {
  std::vector<pid_t> found;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failure)) {
    const auto pid = number(entry.path().filename().native());
    if (pid && owns(*pid, pid_file)) found.push_back(*pid);
  }
  return found;
}

bool ends_within(const UniqueFd& handle, int milliseconds) {
  pollfd fd{handle.get(), POLLIN, 0};
  return ::poll(&fd, 1, milliseconds) > 0;
}

void end(pid_t pid, const std::string& pid_file) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!handle && errno == ESRCH) return;
  if (!handle) throw_errno("watch process " + std::to_string(pid), errno);
  // The descriptor pins the process; only now its identity counts.
  if (!owns(pid, pid_file)) return;
  constexpr int kGrace = 3000;  // ms
  for (const int signal : {SIGTERM, SIGKILL}) {
    (void)::syscall(SYS_pidfd_send_signal, handle.get(), signal, nullptr, 0);
    if (ends_within(handle, kGrace)) return;
  }
  throw Error(ErrorKind::unavailable, "Process " + std::to_string(pid) + " does not end.");
}

}  // namespace

std::optional<pid_t> find_running(const Helper& helper, const Namespace& space) {
  const auto text = read_file(helper.pid_file, 64);
  const auto pid = text ? number(*text) : std::nullopt;
  if (!pid || command_line(*pid) != joined(helper.argv) || !is_whole(*pid) || !runs_in(*pid, space))
    return std::nullopt;
  return pid;
}

void ensure_stopped(const std::string& pid_file) {
  for (const pid_t pid : processes_of(pid_file)) end(pid, pid_file);
  remove_file(pid_file);
}

void start(const Helper& helper, const Namespace& space) {
  constexpr std::chrono::milliseconds kLimit{10'000};
  in_namespace(space, [&] { run_checked({.argv = helper.argv, .limit = kLimit}); });
}

}  // namespace virga::network
