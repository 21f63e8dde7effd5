// SPDX-License-Identifier: Apache-2.0
// The most that an upload can do on this machine: bytes from a socket into a file, with SHA-256,
// on one thread, and the client that measures it and virgad alike.
// usage: upload_limit serve DIRECTORY plain|durable   prints its port; durable: fdatasync as well
//        upload_limit send PORT TARGET TOKEN BYTES    prints the seconds to the answer
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>

#include "tests/bench/client.h"

namespace {

constexpr std::size_t kPiece = 1U << 20U;

int listen_on(int& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&at), size) != 0) bench::fail("bind");
  if (::listen(fd, 8) != 0) bench::fail("listen");
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  port = ntohs(at.sin_port);
  return fd;
}

/// Reads the head of a PUT.  @return the body's length; `rest` gets what came behind the head
std::size_t read_head(int fd, std::string& rest) {
  char piece[4096];
  std::size_t end = std::string::npos;
  while ((end = rest.find("\r\n\r\n")) == std::string::npos) {
    const ssize_t n = ::read(fd, piece, sizeof piece);
    if (n <= 0) return 0;
    rest.append(piece, static_cast<std::size_t>(n));
  }
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t length =
      std::strtoull(rest.c_str() + rest.find(kLength) + kLength.size(), nullptr, 10);
  rest.erase(0, end + 4);
  return length;
}

void take(int fd, const std::string& path, bool durable) {
  std::string piece;
  std::size_t left = read_head(fd, piece);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> digest(EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free);
  EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) bench::fail("open");
  std::size_t have = piece.size();
  piece.resize(kPiece);
  for (;;) {
    EVP_DigestUpdate(digest.get(), piece.data(), have);
    bench::write_all(file, {piece.data(), have});
    left -= std::min(left, have);
    if (left == 0) break;
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n <= 0) bench::fail("read");
    have = static_cast<std::size_t>(n);
  }
  unsigned char sum[EVP_MAX_MD_SIZE];
  EVP_DigestFinal_ex(digest.get(), sum, nullptr);
  if (durable && ::fdatasync(file) != 0) bench::fail("fdatasync");
  ::close(file);
  ::unlink(path.c_str());
  bench::write_all(fd, "HTTP/1.1 204 No Content\r\n\r\n");
}

int serve(const std::string& path, bool durable) {
  int port = 0;
  const int listening = listen_on(port);
  std::printf("%d\n", port);
  std::fflush(stdout);
  for (;;) {
    const int fd = ::accept(listening, nullptr, nullptr);
    if (fd < 0) bench::fail("accept");
    take(fd, path, durable);
    ::close(fd);
  }
}

int send(int port, const std::string& target, const std::string& token, std::size_t bytes) {
  std::string piece(kPiece, '\0');
  std::mt19937 random(1);  // bytes that look like no image format and do not compress
  std::generate(piece.begin(), piece.end(), [&] { return static_cast<char>(random()); });
  const int fd = bench::connect_to(port);
  const auto start = bench::Clock::now();
  bench::write_all(fd, "PUT " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Auth-Token: " + token +
                           "\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
                           std::to_string(bytes) + "\r\n\r\n");
  for (std::size_t left = bytes; left > 0; left -= std::min(left, kPiece))
    bench::write_all(fd, {piece.data(), std::min(left, kPiece)});
  bench::read_answer(fd);
  std::printf("%.4f\n", std::chrono::duration<double>(bench::Clock::now() - start).count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "serve") == 0)
    return serve(std::string(argv[2]) + "/upload_limit.bin", std::strcmp(argv[3], "durable") == 0);
  if (argc == 6 && std::strcmp(argv[1], "send") == 0)
    return send(std::atoi(argv[2]), argv[3], argv[4], std::strtoull(argv[5], nullptr, 10));
  return 2;
}
