// SPDX-License-Identifier: Apache-2.0
// A client that sends exactly the bytes of a test, and reads answers.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "common/file.h"

namespace virga::test {

/// One answer as it came.
struct RawAnswer {
  int status = 0;
  std::string headers;  ///< with the status line; empty: the connection ended
  std::string body;
};

/// A connection to 127.0.0.1. Waits at most 10 s for anything.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{10, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }

  /// False when the server has closed meanwhile.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// The next answer. @param bodyless the answer to HEAD
  RawAnswer read(bool bodyless = false) {
    while (buffer_.find("\r\n\r\n") == std::string::npos)
      if (!more()) return {};
    const std::size_t end = buffer_.find("\r\n\r\n") + 4;
    RawAnswer answer;
    answer.headers = buffer_.substr(0, end);
    answer.status = std::stoi(answer.headers.substr(9, 3));
    buffer_.erase(0, end);
    if (bodyless || answer.status < 200 || answer.status == 204) return answer;
    const std::size_t at = answer.headers.find("Content-Length: ");
    const std::size_t size =
        at == std::string::npos ? 0 : std::stoul(answer.headers.substr(at + 16));
    while (buffer_.size() < size)
      if (!more()) break;
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
  }
  /// Everything up to `end`, or to the end of the connection.
  std::string read_raw(std::string_view end) {
    while (buffer_.find(end) == std::string::npos && more()) {
    }
    const std::size_t at = buffer_.find(end);
    const std::size_t size = at == std::string::npos ? buffer_.size() : at + end.size();
    std::string text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
  }
  /// The next bytes; fewer at the end of the connection.
  std::string read_bytes(std::size_t count) {
    while (buffer_.size() < count && more()) {
    }
    std::string bytes = buffer_.substr(0, count);
    buffer_.erase(0, bytes.size());
    return bytes;
  }
  RawAnswer ask(std::string_view bytes) {
    send(bytes);
    return read();
  }

  /// True when the server says something, or closes, within the time.
  bool stirs_within(std::chrono::milliseconds limit) {
    pollfd wanted{fd_.get(), POLLIN, 0};
    return ::poll(&wanted, 1, static_cast<int>(limit.count())) > 0;
  }

  /// True when the server closes without a further byte.
  bool closed() { return buffer_.empty() && !more() && !timed_out_; }

  /// Ends the connection hard, in the middle of whatever goes on.
  void drop() { fd_.reset(); }

 private:
  bool more() {
    char chunk[65536];
    const ssize_t n = ::recv(fd_.get(), chunk, sizeof chunk, 0);
    timed_out_ = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (n <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(n));
    return true;
  }
  UniqueFd fd_;
  std::string buffer_;
  bool timed_out_ = false;
};

}  // namespace virga::test
