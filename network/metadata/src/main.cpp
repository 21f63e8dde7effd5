// SPDX-License-Identifier: Apache-2.0
// virga-metadata: answers the guests of one network. Started as root in the network's namespace; it
// takes its address, writes its pid file, locks itself into the folder with the documents, gives up
// all privileges, and only then reads a byte from a guest. It returns once it serves.
#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>

#include "common/error.h"
#include "common/file.h"
#include "network/metadata/server.h"

namespace {

using virga::UniqueFd;

struct Options {
  std::string directory;
  std::string pid_file;
  std::string user;
};

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
};

bool parse(int argc, char** argv, Options& options) {
  const option known[] = {{"directory", required_argument, nullptr, 'd'},
                          {"pid-file", required_argument, nullptr, 'p'},
                          {"user", required_argument, nullptr, 'u'},
                          {nullptr, 0, nullptr, 0}};
  for (int c = 0; (c = ::getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (c == 'd')
      options.directory = optarg;
    else if (c == 'p')
      options.pid_file = optarg;
    else if (c == 'u')
      options.user = optarg;
    else
      return false;
  }
  return optind == argc && !options.directory.empty() && !options.pid_file.empty() &&
         !options.user.empty();
}

Identity identity_of(const std::string& user) {
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr || entry->pw_uid == 0)
    throw virga::Error(virga::ErrorKind::invalid, "There is no unprivileged user " + user + ".");
  return {entry->pw_uid, entry->pw_gid};
}

UniqueFd listen_on(const char* address, std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) virga::throw_errno("socket", errno);
  const int on = 1;
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  (void)::inet_pton(AF_INET, address, &name.sin_addr);
  constexpr int kBacklog = 128;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
      ::listen(socket.get(), kBacklog) != 0)
    virga::throw_errno(std::string("listen on ") + address, errno);
  return socket;
}

void write_pid_file(const std::string& path) {
  const UniqueFd fd = virga::open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
  virga::write_all(fd.get(), std::to_string(::getpid()) + "\n");
}

void limit(decltype(RLIMIT_CORE) what, rlim_t value) {
  const rlimit both{value, value};
  if (::setrlimit(what, &both) != 0) virga::throw_errno("setrlimit", errno);
}

/// Nothing outside `directory` is reachable afterwards, and no privilege can come back.
void drop_privileges(int directory, const Identity& who) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_NOFILE, 512);
  if (::fchdir(directory) != 0 || ::chroot(".") != 0) virga::throw_errno("chroot", errno);
  if (::setgroups(0, nullptr) != 0 || ::setresgid(who.gid, who.gid, who.gid) != 0 ||
      ::setresuid(who.uid, who.uid, who.uid) != 0)
    virga::throw_errno("change user", errno);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) virga::throw_errno("no_new_privs", errno);
}

/// The serving process. One byte to `ready` tells the starter that all went well.
void work(const Options& options, int ready) {
  (void)::setsid();
  ::umask(022);
  const Identity who = identity_of(options.user);
  const UniqueFd null = virga::open_file("/dev/null", O_RDWR);
  const UniqueFd directory = virga::open_file(options.directory, O_RDONLY | O_DIRECTORY);
  const UniqueFd listener = listen_on("169.254.169.254", 80);
  write_pid_file(options.pid_file);
  drop_privileges(directory.get(), who);
  virga::write_all(ready, "+");
  (void)::close(ready);
  for (int fd = 0; fd <= 2; ++fd) (void)::dup2(null.get(), fd);
  virga::metadata::serve(listener.get(), directory.get());
}

int run(const Options& options) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) virga::throw_errno("pipe", errno);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) virga::throw_errno("fork", errno);
  if (child == 0) {
    work(options, write_end.release());
    return 0;
  }
  write_end.reset();
  char byte = 0;
  ssize_t n = 0;
  do n = ::read(read_end.get(), &byte, 1);
  while (n < 0 && errno == EINTR);
  return n == 1 ? 0 : 1;  // the child has said why
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    (void)std::fprintf(stderr, "usage: virga-metadata --directory D --pid-file F --user U\n");
    return 2;
  }
  try {
    return run(options);
  } catch (const std::exception& e) {
    (void)std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
