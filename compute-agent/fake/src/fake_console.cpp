// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/fake/fake_console.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "common/error.h"

namespace virga::agent {
namespace {

constexpr std::size_t kVersionBytes = 12;
const std::string kVersion = "RFB 003.008\n";

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Reads exactly so many bytes; false when they do not come.
bool receive(int fd, std::string& bytes, std::size_t count) {
  bytes.resize(count);
  for (std::size_t have = 0; have < count;) {
    const ssize_t n = ::recv(fd, bytes.data() + have, count - have, 0);
    if (n <= 0) return false;
    have += static_cast<std::size_t>(n);
  }
  return true;
}

/// The parameters of a screen of 16 x 16 pixels with 32 bits each.  Source: RFC 6143, 7.3.2.
std::string server_init(const std::string& name) {
  std::string bytes("\0\x10\0\x10\x20\x18\0\x01\0\xff\0\xff\0\xff\x10\x08\0\0\0\0\0\0\0", 23);
  bytes += static_cast<char>(name.size());
  return bytes + name;
}

/// Source: RFC 6143, 7.1. What follows the handshake is read and not answered.
void serve_screen(int fd, const std::string& id) {
  std::string got;
  if (!send_all(fd, kVersion) || !receive(fd, got, kVersionBytes) || got != kVersion) return;
  const bool chosen = send_all(fd, "\x01\x01") && receive(fd, got, 1) && got[0] == 1;
  if (!chosen || !send_all(fd, std::string(4, '\0')) || !receive(fd, got, 1)) return;
  if (!send_all(fd, server_init("fake " + id.substr(0, 8)))) return;
  while (receive(fd, got, 1)) {
  }
}

void serve_serial(int fd, const std::string& id) {
  if (!send_all(fd, "fake serial line of " + id + "\r\n")) return;
  char bytes[4096];
  for (;;) {
    const ssize_t n = ::recv(fd, bytes, sizeof bytes, 0);
    if (n <= 0 || !send_all(fd, {bytes, static_cast<std::size_t>(n)})) return;
  }
}

}  // namespace

FakeConsoles::~FakeConsoles() {
  for (auto& console : consoles_) ::shutdown(console.fd.get(), SHUT_RDWR);
  for (auto& console : consoles_) console.thread.join();
}

UniqueFd FakeConsoles::open(const std::string& id, model::ConsoleKind kind) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw_errno("make a console", errno);
  UniqueFd own(ends[0]);
  UniqueFd clients(ends[1]);
  const std::scoped_lock lock(mutex_);
  reap();
  if (kind == model::ConsoleKind::serial) end_if(id, true);
  Console& console = consoles_.emplace_back();
  console.id = id;
  console.kind = kind;
  console.fd = std::move(own);
  console.thread = std::thread([this, &console] { serve(console); });
  return clients;
}

void FakeConsoles::end(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  end_if(id, false);
}

void FakeConsoles::serve(Console& console) {
  if (console.kind == model::ConsoleKind::vnc)
    serve_screen(console.fd.get(), console.id);
  else
    serve_serial(console.fd.get(), console.id);
  ::shutdown(console.fd.get(), SHUT_RDWR);
  const std::scoped_lock lock(mutex_);
  console.over = true;
}

/// The lock is held.
void FakeConsoles::end_if(const std::string& id, bool serial_only) {
  for (auto& console : consoles_)
    if (console.id == id && (!serial_only || console.kind == model::ConsoleKind::serial))
      ::shutdown(console.fd.get(), SHUT_RDWR);
}

/// Forgets consoles that are over. The lock is held: their threads need it no more.
void FakeConsoles::reap() {
  for (auto it = consoles_.begin(); it != consoles_.end();) {
    if (!it->over) {
      ++it;
      continue;
    }
    it->thread.join();
    it = consoles_.erase(it);
  }
}

}  // namespace virga::agent
