// SPDX-License-Identifier: Apache-2.0
// What the load programs share: many plain HTTP connections to 127.0.0.1, without a library whose
// cost would be measured too.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace bench {

using Clock = std::chrono::steady_clock;

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// As many descriptors as the system allows this process.
inline void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) fail("setrlimit");
}

inline int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("connect");
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

inline void set_nonblocking(int fd) {
  if (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
}

inline void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n <= 0) fail("write");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

inline std::string get_request(const std::string& target, const std::string& token) {
  return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Auth-Token: " + token +
         "\r\nX-Subject-Token: " + token + "\r\n\r\n";
}

/// The whole length of the first answer in `text`, or 0 when its head has not come yet. An answer
/// other than 2xx ends the program.
inline std::size_t answer_length(std::string_view text) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::size_t body = 0;
  if (const std::size_t at = text.find(kLength); at < head)
    std::from_chars(text.data() + at + kLength.size(), text.data() + head, body);
  if (!text.starts_with("HTTP/1.1 2")) {
    std::fprintf(stderr, "refused: %.*s\n", static_cast<int>(text.size()), text.data());
    std::exit(1);
  }
  return head + 4 + body;
}

/// Reads one answer to its end.
inline void read_answer(int fd) {
  std::string text;
  char piece[16384];
  for (std::size_t whole = 0; whole == 0 || text.size() < whole; whole = answer_length(text)) {
    const ssize_t n = ::read(fd, piece, sizeof piece);
    if (n <= 0) fail("read");
    text.append(piece, static_cast<std::size_t>(n));
  }
}

}  // namespace bench
